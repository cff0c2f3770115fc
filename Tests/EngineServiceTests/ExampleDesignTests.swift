import Bus
import EngineService
import Foundation
import JSON
import Logging
import Testing

@Suite struct ExampleDesignTests {
    private static let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples")

    private func design(_ name: String) throws -> Design {
        let file = Self.examples.appending(path: "\(name)/design.json")
        return try Design(parsing: Array(Data(contentsOf: file)))
    }

    @Test(arguments: ["person", "todo"])
    func anExampleIsADesignWithoutFaults(_ name: String) throws {
        let design = try design(name)
        #expect(design.service.name == name)
        #expect(design.service.tags == [name])
        #expect(design.unknownMembers.isEmpty)
        #expect(design.commands.count == 7)
        try Engine(design: design, store: MemoryEngineStore()).validate()
    }

    @Test func aTextIsScoredByAProgram() async throws {
        let folder = Self.examples.appending(path: "scoring").path
        let engine = Engine(design: try design("scoring"), store: MemoryEngineStore(), folder: folder)
        try engine.validate()
        async let _: Void = engine.runHandlers(logger: Logger(label: "test"))
        let message: JSONValue = [
            "command": "score", "resource": "text",
            "payload": ["text": "The quick brown fox", "words": ["fox", "dog"]],
        ]
        let result: JSONValue = ["score": 0.5, "found": ["fox"]]
        #expect(try await engine.execute(message) == .done(.ok, ["result": result, "statusCode": 200]))
        let empty = changing(message, at: ["payload", "words"], to: [])
        #expect(try await engine.execute(empty).refusal == "422 There is no word to look for.")
    }

    @Test func theToDoKnowsItsPriorities() async throws {
        let engine = Engine(design: try design("todo"), store: MemoryEngineStore())
        let message: JSONValue = ["command": "create", "resource": "todo", "payload": ["title": "x", "priority": 4]]
        let answer = try await engine.execute(message)
        #expect(answer.refusal == "400 Invalid value for 'priority': '4'. Must be one of [1, 2, 3]")
    }
}
