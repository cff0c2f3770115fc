import Bus
import Chaos
import JSON
import Testing

/// What the judge of a crash test finds, so that a run without violations means something.
struct JobVerdictTests {
    private typealias Sighting = JobTrace.Sighting
    private static let id = "0190a1b2-0000-4000-8000-000000000001"
    private let stateful = ChaosJob(.stateful, id: id)

    /// What a job leaves that has completed.
    private var stock: JobVerdict.Stock {
        var stock = JobVerdict.Stock()
        stock.add(persons: [["familyName": .string("\(Self.id)/0"), "loyaltyPoints": 7]])
        stock.add(todos: stateful.todos.sorted().map { ["title": .string($0)] })
        return stock
    }

    private var state: JSONValue {
        ["log": .array(stateful.log.sorted().map(JSONValue.string)), "person": ["familyName": .string("\(Self.id)/0")]]
    }

    private func event(_ sequence: UInt64, _ type: String) -> Event {
        Event(topic: "job.\(Self.id)", sequence: sequence, type: "platform.\(type)", source: "/job-control", data: [:])
    }

    /// Of a job that was accepted and ended so.
    private func trace(_ ending: String, _ kind: ChaosJob.Kind = .stateful) -> JobTrace {
        var trace = JobTrace(ChaosJob(kind, id: Self.id))
        trace.isAccepted = true
        trace.see([event(1, "job.submitted"), event(2, "job.\(ending)")])
        return trace
    }

    private func sentences(
        _ trace: JobTrace,
        _ stock: JobVerdict.Stock,
        listed: String? = "completed",
        state: JSONValue? = nil,
        history: [Sighting]? = nil
    ) -> [String] {
        var verdict = JobVerdict(stock: stock, statuses: listed.map { [Self.id: $0] } ?? [:])
        verdict.judge(trace, state: state, history: history)
        verdict.judgeStrangers()
        return verdict.violations.map(\.sentence)
    }

    @Test func aCompletedJobWithAllOfItsEffectsOnceIsRight() {
        #expect(sentences(trace("completed"), stock, state: state) == [])
    }

    @Test func anEffectThatIsThereTwiceOrMissingIsFound() {
        var twice = stock
        twice.add(todos: [["title": .string("\(Self.id)/2")]])
        #expect(sentences(trace("completed"), twice, state: state) == ["the to-do \(Self.id)/2 is there 2 times"])
        var missing = JobVerdict.Stock()
        missing.add(todos: stateful.todos.sorted().map { ["title": .string($0)] })
        #expect(sentences(trace("completed"), missing, state: state).count == 1)
    }

    @Test func aChangeThatIsMissingIsFound() {
        var stale = JobVerdict.Stock()
        stale.add(persons: [["familyName": .string("\(Self.id)/0")]])
        stale.add(todos: stateful.todos.sorted().map { ["title": .string($0)] })
        #expect(sentences(trace("completed"), stale, state: state).count == 1)
    }

    @Test func aFailedJobLeavesNothing() {
        let failed = trace("failed", .failing)
        #expect(sentences(failed, JobVerdict.Stock(), listed: "failed") == [])
        var left = JobVerdict.Stock()
        left.add(todos: [["title": .string("\(Self.id)/1")]])
        #expect(sentences(failed, left, listed: "failed") == ["it failed, but the to-do \(Self.id)/1 is there"])
    }

    @Test func aJobEndsAndIsListedAsItEnded() {
        var endless = JobTrace(stateful)
        endless.isAccepted = true
        #expect(sentences(endless, JobVerdict.Stock(), listed: "running") == ["it has not ended"])
        #expect(sentences(trace("completed"), stock, listed: "running", state: state).count == 1)
        #expect(sentences(trace("completed"), stock, listed: nil, state: state).count == 1)
        #expect(sentences(trace("revert-incomplete"), JobVerdict.Stock(), listed: "revert-incomplete").count == 1)
        #expect(sentences(JobTrace(stateful), JobVerdict.Stock()) == ["it was never accepted"])
    }

    @Test func aStateWriteThatIsMissingOrMadeTwiceIsFound() {
        var twice = state
        twice["log"] = .array((stateful.log.sorted() + ["\(Self.id)/1"]).map(JSONValue.string))
        #expect(sentences(trace("completed"), stock, state: twice).count == 1)
        #expect(sentences(trace("completed"), stock, state: ["log": []]).count == 2)
        #expect(sentences(trace("completed"), stock, state: nil) == ["its state document is not there"])
    }

    @Test func aWatcherSeesWhatTheJournalSaysWithoutAHole() {
        let right = [Sighting(1, "platform.job.submitted"), Sighting(2, "platform.job.completed")]
        #expect(sentences(trace("completed"), stock, state: state, history: right) == [])
        let longer = right + [Sighting(3, "platform.warning")]
        #expect(sentences(trace("completed"), stock, state: state, history: longer).count == 1)
        var holey = JobTrace(stateful)
        holey.isAccepted = true
        holey.see([event(1, "job.submitted"), event(3, "job.completed")])
        #expect(sentences(holey, stock, state: state).count == 1)
    }

    @Test func whatNoJobMadeIsFound() {
        var strange = stock
        strange.add(todos: [["title": "somebody/1"]])
        #expect(
            sentences(trace("completed"), strange, state: state) == ["'somebody/1' is there, but no job of that name"]
        )
    }
}
