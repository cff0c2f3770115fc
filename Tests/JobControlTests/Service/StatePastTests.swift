import Bus
import JSON
import Testing

@testable import JobControl

@Suite struct StatePastTests {
    private let changes = [
        #"[{"op":"add","path":"","value":{"a":1}}]"#, #"[{"op":"add","path":"/b","value":2}]"#,
        #"[{"op":"remove","path":""}]"#, #"[{"op":"add","path":"","value":{}}]"#,
    ]

    private func content(after count: Int) throws -> JSONValue? {
        var past = StatePast(id: "s")
        for (index, change) in changes.prefix(count).enumerated() { try past.apply(.text(change), version: index + 1) }
        return past.content
    }

    @Test func eachChangeMakesTheNextContent() throws {
        #expect(try content(after: 0) == nil)
        #expect(try content(after: 1) == ["a": 1])
        #expect(try content(after: 2) == ["a": 1, "b": 2])
        #expect(try content(after: 3) == nil)
        #expect(try content(after: 4) == [:])
    }

    @Test func aChangeThatIsMissingEndsTheWayBack() throws {
        var late = StatePast(id: "s")
        #expect(throws: Problem.self) { try late.apply(.text(changes[1]), version: 2) }
        var long = StatePast(id: "s")
        #expect(throws: Problem.self) { try long.apply(.null, version: 1) }
    }
}
