import EngineService
import Foundation
import JSON
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

    @Test func theToDoKnowsItsPriorities() async throws {
        let engine = Engine(design: try design("todo"), store: MemoryEngineStore())
        let message: JSONValue = ["command": "create", "resource": "todo", "payload": ["title": "x", "priority": 4]]
        let answer = try await engine.execute(message)
        #expect(answer.refusal == "400 Invalid value for 'priority': '4'. Must be one of [1, 2, 3]")
    }
}
