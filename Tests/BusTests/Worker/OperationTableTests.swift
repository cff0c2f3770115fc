import Bus
import JSON
import Testing

@Suite struct OperationTableTests {
    private func table() -> OperationTable {
        var table = OperationTable(service: "greeter", version: "1.2") { _ in [["rel": "greet"]] }
        table.on("greet") { request in .json(["hello": .string(request.annotations["id"] ?? "nobody")]) }
        return table
    }

    private func answer(_ operation: String, id: String? = nil) async throws -> BusReply {
        var request = BusRequest(service: "greeter", operation: operation)
        request.annotations["id"] = id
        return try await table().answer(request)
    }

    @Test func everyServiceAnswersPingFormsAboutAndHealth() async throws {
        #expect(try await answer("ping").body == Array(#"{"status":"ok"}"#.utf8))
        #expect(try await answer("forms").body == Array(#"[{"rel":"greet"}]"#.utf8))
        #expect(try await answer("about").body == Array(#"{"name":"greeter","version":"1.2"}"#.utf8))
        let health = try JSONValue(parsing: try await answer("health").body)
        #expect(health["status"] == "ok")
        #expect(health["timestamp"]?.stringValue.flatMap { Timestamp($0) } != nil)
    }

    @Test func anAddedOperationIsAnsweredByItsHandler() async throws {
        #expect(try await answer("greet", id: "Ada").body == Array(#"{"hello":"Ada"}"#.utf8))
    }

    @Test func anUnknownOperationIsAProblem() async throws {
        let problem = try #require(await #expect(throws: Problem.self) { try await answer("sing") })
        #expect(problem.status == .notFound)
        #expect(problem.sentence == "Unknown operation of greeter: sing")
    }
}
