import Bus
import JSON
import JobControl
import Testing

/// What the client asks of job-control, and what it makes of the answers.
@Suite struct JobClientTests {
    /// Asks with a client and gives back the one question that it sent.
    private func question(
        answering json: JSONValue,
        _ body: (JobClient) async throws -> Void
    ) async throws -> JobQuestion {
        let (questions, ask) = AsyncStream.makeStream(of: JobQuestion.self)
        try await body(
            JobClient(as: "tester") { question in
                ask.yield(question)
                return Reply(status: .ok, body: json.serialized())
            }
        )
        ask.finish()
        let asked = await questions.reduce(into: []) { $0.append($1) }
        #expect(asked.count == 1)
        return try #require(asked.first)
    }

    private static let standing: JSONValue = ["jobId": "7", "status": "running"]

    @Test func whoAsksIsSaid() async throws {
        let question = try await question(answering: Self.standing) { _ = try await $0.pause("7", because: "night") }
        #expect(question.operation == "pause")
        #expect(question.annotations == ["id": "7", "client": "tester"])
        #expect(try JSONValue(parsing: question.body) == ["reason": "night"])
        #expect(!question.isRepeatable)
    }

    @Test func effectsAreKeptOnlyWhenAskedFor() async throws {
        let keeping = try await question(answering: Self.standing) {
            _ = try await $0.cancel("7", keepingEffects: true)
        }
        #expect(keeping.annotations["revert"] == "false")
        let reverting = try await question(answering: Self.standing) { _ = try await $0.cancel("7") }
        #expect(reverting.annotations["revert"] == nil)
        #expect(reverting.body.isEmpty)
    }

    @Test func aSubmissionCarriesItsKey() async throws {
        let question = try await question(answering: Self.standing) {
            let submission = try await $0.submit(["steps": []], key: "k")
            #expect(submission.jobID == "7")
        }
        #expect(question.annotations["idempotency-key"] == "k")
    }

    @Test(arguments: [("k", true), (nil, false)])
    func onlyASubmissionWithAKeyMayBeAskedAgain(_ key: String?, _ isRepeatable: Bool) async throws {
        let question = try await question(answering: Self.standing) { _ = try await $0.submit(["steps": []], key: key) }
        #expect(question.isRepeatable == isRepeatable)
    }

    @Test func anItemIsSettledWithANote() async throws {
        let question = try await question(answering: Self.standing) {
            _ = try await $0.settle("7.0.1", .dismiss, note: "gone")
        }
        #expect(question.operation == "settle")
        #expect(question.annotations["id"] == "7.0.1")
        #expect(try JSONValue(parsing: question.body) == ["action": "dismiss", "note": "gone"])
    }

    @Test(arguments: [
        (#"<http://h/jobs?limit=2&cursor=a%2Fb>; rel="next""#, "a/b"), ("<?cursor=7>; rel=\"next\"", "7"),
        ("<?cursor=7>; rel=\"prev\"", nil), ("<http://h/jobs>; rel=\"next\"", nil), ("", nil),
    ])
    func theNextPageIsReadFromTheLink(_ link: String, _ cursor: String?) async throws {
        let jobs = JobClient { _ in
            Reply(status: .ok, annotations: ["link": link], body: JSONValue.array([["id": "7"]]).serialized())
        }
        let page = try await jobs.jobs(newestFirst: true, limit: 2)
        #expect(page.rows == [["id": "7"]])
        #expect(page.next == cursor)
    }

    @Test func aRefusalIsAProblem() async throws {
        let jobs = JobClient { _ in
            Reply(status: .conflict, body: Problem(.conflict, "It has ended").json.serialized())
        }
        let problem = await #expect(throws: Problem.self) { try await jobs.cancel("7") }
        #expect(problem?.sentence == "It has ended")
    }

    @Test func anAnswerThatIsNoneIsNotGuessedAt() async throws {
        let jobs = JobClient { _ in Reply(status: .ok, body: Array("{}".utf8)) }
        await #expect(throws: BusError.self) { try await jobs.explain("7") }
        await #expect(throws: BusError.self) { try await jobs.history(of: "7") }
        await #expect(throws: BusError.self) { try await jobs.undoPlan(of: "7") }
        await #expect(throws: BusError.self) { try await jobs.inbox() }
    }
}
