import JSON
import Testing

@testable import JobControl

@Suite struct RetryPolicyTests {
    private func document(_ members: String, step: String = "", task: String = "") throws -> JobDocument {
        try JobDocument(#"{\#(members)"steps":[{\#(step)"tasks":[{\#(task)"tag":"a"}]}]}"#)
    }

    private func faults(_ retry: String) throws -> [String] {
        try JobDocument.faults(of: #"{"retry":\#(retry),"steps":[]}"#)
    }

    @Test func everyWordOfThePolicyIsRead() throws {
        let retry = """
            { "limit": { "attempt": { "count": 5 }, "duration": "PT1M" }, "delay": "PT0.2S",
              "backoff": { "exponential": { "factor": 3, "max": "PT10S" } }, "jitter": { "from": "PT0S", "to": "PT0.1S" },
              "when": { "status": [502, 503], "errors": ["timeout", "worker-lost"] } }
            """
        let expected = RetryPolicy(
            attempts: 5,
            duration: .seconds(60),
            delay: .milliseconds(200),
            backoff: .exponential(factor: 3, max: .seconds(10)),
            jitter: .zero ... .milliseconds(100),
            statuses: [502, 503],
            errors: [.timeout, .workerLost]
        )
        #expect(try document(#""retry":\#(retry),"#).steps[0].tasks[0].retry == expected)
    }

    @Test func theNearestPolicyCounts() throws {
        let retry = { (count: Int) in #""retry":{"limit":{"attempt":{"count":\#(count)}}},"# }
        #expect(try document("").steps[0].tasks[0].retry == nil)
        #expect(try document(retry(2)).steps[0].tasks[0].retry?.attempts == 2)
        #expect(try document(retry(2), step: retry(3)).steps[0].tasks[0].retry?.attempts == 3)
        #expect(try document(retry(2), step: retry(3), task: retry(4)).steps[0].tasks[0].retry?.attempts == 4)
    }

    @Test(
        arguments: [
            (#"{"limit":{"attempt":{"count":0}}}"#, "/retry/limit/attempt/count: must be a whole number of 1 or more"),
            (#"{"limit":{"duration":"P1M"}}"#, "/retry/limit/duration: must be a duration"),
            (#"{"delay":-1}"#, "/retry/delay: must be a duration"),
            (#"{"backoff":{}}"#, "/retry/backoff: must have one member"),
            (#"{"backoff":{"exponential":{"factor":0}}}"#, "/retry/backoff/exponential/factor: must be a number"),
            (#"{"backoff":{"linear":{"increment":"x"}}}"#, "/retry/backoff/linear/increment: must be a duration"),
            (#"{"jitter":{"from":"PT2S","to":"PT1S"}}"#, "/retry/jitter/to: must not be shorter than from"),
            (#"{"when":{"status":[200]}}"#, "/retry/when/status/0: must be an HTTP status"),
            (#"{"when":{"errors":["oops"]}}"#, "/retry/when/errors/0: must be one of timeout"),
            (#"7"#, "/retry: must be an object"),
        ]
    )
    func everyFaultIsNamedByItsPlace(_ retry: String, _ fault: String) throws {
        let faults = try faults(retry)
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix(fault) == true)
    }

    @Test func timeoutsAndConcurrencyAreReadWhereTheyStand() throws {
        let job = try document(
            #""timeout":"PT1H","#,
            step: #""timeout":1500,"concurrency":3,"#,
            task: #""timeout":"PT2S","#
        )
        #expect(job.timeout == .seconds(3_600))
        #expect(job.steps[0].timeout == .milliseconds(1_500))
        #expect(job.steps[0].concurrency == 3)
        #expect(job.steps[0].tasks[0].timeout == .seconds(2))
        let faults = try JobDocument.faults(
            of: #"{"timeout":0,"steps":[{"timeout":"1s","concurrency":0,"tasks":[{"tag":"a","timeout":"PT"}]}]}"#
        )
        #expect(
            faults.map { $0.prefix { $0 != ":" } } == [
                "/timeout", "/steps/0/timeout", "/steps/0/concurrency", "/steps/0/tasks/0/timeout",
            ]
        )
    }

    @Test(
        arguments: [
            ("PT0.2S", 200), ("PT1M30S", 90_000), ("P1DT2H", 93_600_000), ("P2W", 1_209_600_000), ("PT0S", 0),
            ("P", nil), ("PT", nil), ("P1Y", nil), ("PT1S1M", nil), ("PT1.5M1S", nil), ("1S", nil), ("PT.5S", nil),
        ] as [(String, Int64?)]
    )
    func durationsAreRead(_ text: String, _ milliseconds: Int64?) {
        #expect(DurationText.duration(text)?.milliseconds == milliseconds)
    }

    @Test func delaysGrowAsTheBackoffSays() {
        let pauses = { (policy: RetryPolicy) in (1...4).map { policy.pause(after: $0, chance: 0.5).milliseconds } }
        let delay = Duration.milliseconds(100)
        #expect(pauses(RetryPolicy(delay: delay)) == [100, 100, 100, 100])
        #expect(pauses(RetryPolicy(delay: delay, backoff: .linear(increment: delay))) == [100, 200, 300, 400])
        let capped = RetryPolicy.Backoff.exponential(factor: 2, max: .milliseconds(300))
        #expect(pauses(RetryPolicy(delay: delay, backoff: capped)) == [100, 200, 300, 300])
        let jitter = Duration.milliseconds(10) ... .milliseconds(30)
        #expect(pauses(RetryPolicy(delay: delay, jitter: jitter)) == [120, 120, 120, 120])
    }
}
