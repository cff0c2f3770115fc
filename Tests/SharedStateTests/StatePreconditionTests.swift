import Bus
import JSON
import Testing

@testable import SharedState

@Suite struct StatePreconditionTests {
    private let desk = StateDesk()

    private static let writes: [(String, JSONValue)] = [
        ("merge", ["a": 2]), ("patch", ["op": "add", "path": "/a", "value": 2]),
        ("patch", ["op": "merge", "value": ["a": 2]]), ("replace", ["a": 2]), ("delete", nil),
    ]

    @Test(arguments: writes)
    func aWriteToAnotherVersionIs412(_ operation: String, _ body: JSONValue) async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        for tag in ["\"2\"", "W/\"1\"", "\"\"", "nonsense", ""] {
            let problem = try await desk.refusal(operation, "one", body, [Annotations.ifMatch: tag])
            #expect(problem?.status == .preconditionFailed, "\(tag)")
            #expect(problem?.members == ["version": 1])
        }
        #expect(try await desk.content("one") == #"{"a":1}"#)
        #expect(desk.events.count == 1)
    }

    @Test(arguments: writes)
    func aWriteToThisVersionIsDone(_ operation: String, _ body: JSONValue) async throws {
        for (id, tag) in [("one", "\"1\""), ("two", "*"), ("three", "\"7\", \"1\""), ("four", "1")] {
            _ = try await desk.ask("create", nil, ["id": .string(id), "a": 1])
            #expect(try await desk.refusal(operation, id, body, [Annotations.ifMatch: tag]) == nil)
        }
    }

    @Test(arguments: writes)
    func aWriteToAVersionOfNothingIs412(_ operation: String, _ body: JSONValue) async throws {
        for tag in ["*", "\"1\""] {
            let problem = try await desk.refusal(operation, "none", body, [Annotations.ifMatch: tag])
            #expect(problem == Problem(.preconditionFailed, "There is no state document 'none' in any version."))
        }
    }

    @Test func aReplacementMayBeForANewDocumentOnly() async throws {
        let onlyNew: Annotations = [Annotations.ifNoneMatch: "*"]
        #expect(try await desk.ask("replace", "one", ["a": 1], onlyNew).status == .created)
        #expect(try await desk.refusal("replace", "one", ["a": 2], onlyNew)?.status == .preconditionFailed)
    }

    @Test func aVersionIsNeverUsedTwiceUnderOneID() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        _ = try await desk.ask("delete", "one")
        #expect(try await desk.ask("create", nil, ["id": "one"]).json()["version"] == 3)
        #expect(
            try await desk.refusal("delete", "one", nil, [Annotations.ifMatch: "\"1\""])?.status == .preconditionFailed
        )
    }
}
