import Bus
import JSON
import Testing

@testable import SharedState

@Suite struct StateChangeTests {
    private let desk = StateDesk()

    private static let patch: Annotations = [Annotations.contentType: "application/json-patch+json; charset=utf-8"]
    private static let mergePatch: Annotations = [Annotations.contentType: "Application/Merge-Patch+JSON"]

    @Test func aMergeSetsMembersOfTheFirstLevelAndAnswersTheDocument() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": ["x": 1], "b": 1])
        let reply = try await desk.ask("merge", "one", ["a": ["y": 2], "id": "kept"])
        #expect(reply.status == .ok)
        #expect(reply.annotations[Annotations.etag] == "\"2\"")
        #expect(
            try reply.json() == [
                "status": "updated",
                "state": [
                    "id": "one", "content": ["a": ["y": 2], "b": 1, "id": "kept"],
                    "createdAt": "2026-01-31T09:15:00.123Z", "lastModified": "2026-01-31T09:15:00.124Z",
                ],
            ]
        )
    }

    @Test func aMergeMakesTheDocumentWhenItIsMissing() async throws {
        #expect(try await desk.ask("merge", "new", ["a": 1]).json()["status"] == "updated")
        let reply = try await desk.ask("patch", "newer", ["op": "merge", "value": ["a": 1]])
        #expect(try reply.json()["status"] == "merged")
        #expect(try await desk.content("new") == #"{"a":1}"#)
        #expect(try await desk.content("newer") == #"{"a":1}"#)
    }

    @Test func everyChangeMovesLastModified() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        var times: [String] = []
        for _ in 0..<3 {
            let reply = try await desk.ask("patch", "one", ["op": "add", "path": "/a", "value": 1])
            times.append(try #require(reply.annotations[Annotations.lastModified]))
        }
        #expect(times == ["2026-01-31T09:15:00.124Z", "2026-01-31T09:15:00.125Z", "2026-01-31T09:15:00.126Z"])
    }

    /// Content, path, value, content after.
    @Test(arguments: [
        ("{}", "/a", "1", #"{"a":1}"#),
        ("{}", "/a/b/c", "[1]", #"{"a":{"b":{"c":[1]}}}"#),
        (#"{"a":{"x":1}}"#, "/a/b", "null", #"{"a":{"x":1,"b":null}}"#),
        (#"{"a":7}"#, "/a/b", "1", #"{"a":{"b":1}}"#),
        (#"{"a":null}"#, "/a/b", "1", #"{"a":{"b":1}}"#),
        (#"{"a":"text"}"#, "/a/0", "1", #"{"a":{"0":1}}"#),
        (#"{"a":[1,2]}"#, "/a/0", "9", #"{"a":[9,2]}"#),
        (#"{"a":[1,2]}"#, "/a/-", "3", #"{"a":[1,2,3]}"#),
        (#"{"a":[1,2]}"#, "/a/2", "3", #"{"a":[1,2,3]}"#),
        (#"{"a":[{"b":1}]}"#, "/a/0/c", "2", #"{"a":[{"b":1,"c":2}]}"#),
        (#"{"a":[1]}"#, "/a/0/b", "2", #"{"a":[{"b":2}]}"#),
        (#"{"a":[]}"#, "/a/-/b", "2", #"{"a":[{"b":2}]}"#),
        ("{}", "/a~1b/m~0n", "1", #"{"a/b":{"m~n":1}}"#),
        ("{}", "/__proto__/x", "1", #"{"__proto__":{"x":1}}"#),
        (#"{"n":9007199254740993}"#, "/m", "1.50", #"{"n":9007199254740993,"m":1.50}"#),
        (#"{"a":1,"b":2}"#, "/a", "3", #"{"a":3,"b":2}"#),
    ])
    func anAdditionMakesItsWay(_ content: String, _ path: String, _ value: String, _ after: String) async throws {
        _ = try await desk.send("replace", "one", Array(content.utf8))
        let value = try JSONValue(parsing: value)
        let reply = try await desk.ask("patch", "one", ["op": "add", "path": .string(path), "value": value])
        #expect(try reply.json()["status"] == "patched")
        #expect(try reply.json()["state"]?["content"]?.description == after)
        #expect(try await desk.content("one") == after)
    }

    @Test(arguments: [
        #"{"op":"add","path":"/","value":1}"#, #"{"op":"add","path":"","value":1}"#,
        #"{"op":"add","path":"a","value":1}"#,
        #"{"op":"add","path":"/a//b","value":1}"#, #"{"op":"add","path":"/a/","value":1}"#,
        #"{"op":"add","path":"/~","value":1}"#, #"{"op":"add","path":"/a"}"#, #"{"op":"add","path":7,"value":1}"#,
        #"{"op":"add","value":1}"#, #"{"op":"add","path":"/list/x","value":1}"#,
        #"{"op":"add","path":"/list/3","value":1}"#, #"{"op":"add","path":"/list/01","value":1}"#,
        #"{"op":"add","path":"/list/x/y","value":1}"#, #"{"op":"merge"}"#, #"{"op":"merge","value":[1]}"#,
        #"{"op":"merge","value":null}"#, #"{"op":"remove","path":"/list"}"#, #"{"op":"replace","path":"/a","value":1}"#,
        #"{"op":7}"#, "{}", "[]", "1", "", "{",
    ])
    func aBadPatchIs400AndChangesNothing(_ text: String) async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "list": [1, 2]])
        let problem = await #expect(throws: Problem.self) { try await desk.send("patch", "one", Array(text.utf8)) }
        #expect(problem?.status == .badRequest)
        #expect(try await desk.content("one") == #"{"list":[1,2]}"#)
        #expect(desk.events.count == 1)
    }

    @Test func anAdditionToNothingIs404() async throws {
        let problem = try await desk.refusal("patch", "none", ["op": "add", "path": "/a", "value": 1])
        #expect(problem == Problem(.notFound, "State document not found: none"))
    }

    @Test func aJSONPatchIsAppliedAllOrNot() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": [1], "b": 2])
        let good: JSONValue = [
            ["op": "test", "path": "/b", "value": 2], ["op": "add", "path": "/a/0", "value": 0],
            ["op": "move", "from": "/b", "path": "/c"],
        ]
        #expect(try await desk.ask("patch", "one", good, Self.patch).json()["status"] == "patched")
        #expect(try await desk.content("one") == #"{"a":[0,1],"c":2}"#)
        let bad: JSONValue = [["op": "remove", "path": "/c"], ["op": "test", "path": "/a/0", "value": 9]]
        let problem = try await desk.refusal("patch", "one", bad, Self.patch)
        #expect(problem?.status == .conflict)
        #expect(problem?.members == ["operation": 1])
        #expect(try await desk.content("one") == #"{"a":[0,1],"c":2}"#)
    }

    @Test(
        arguments: [
            (#"{"op":"add"}"#, 400), (#"[{"op":"spin","path":"/a"}]"#, 400), (#"[{"op":"remove","path":"/x"}]"#, 409),
            (#"[{"op":"add","path":"","value":7}]"#, 400),
        ] as [(String, Status)]
    )
    func aJSONPatchThatCannotBeIsRefused(_ text: String, _ status: Status) async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        #expect(try await desk.refusal("patch", "one", JSONValue(parsing: text), Self.patch)?.status == status)
        #expect(try await desk.refusal("patch", "none", [], Self.patch)?.status == .notFound)
    }

    @Test func aMergePatchRemovesWithNull() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": ["b": 1, "c": 2], "d": 3])
        let reply = try await desk.ask("patch", "one", ["a": ["b": nil], "d": nil], Self.mergePatch)
        #expect(try reply.json()["state"]?["content"] == ["a": ["c": 2]])
        #expect(try await desk.refusal("patch", "one", [1], Self.mergePatch)?.status == .badRequest)
    }

    @Test func aReplacementAnswers201ThenOK() async throws {
        let first = try await desk.ask("replace", "one", ["a": 1])
        #expect(first.status == .created)
        #expect(first.annotations[Annotations.location] == "/state/one")
        #expect(try await desk.ask("replace", "one", ["b": 2]).status == .ok)
        #expect(try await desk.content("one") == #"{"b":2}"#)
        #expect(try await desk.refusal("replace", "one", [2])?.status == .badRequest)
    }

    @Test func aDeletionIsNoErrorWhenThereIsNothing() async throws {
        #expect(try await desk.ask("delete", "none").status == .noContent)
        _ = try await desk.ask("create", nil, ["id": "one"])
        let reply = try await desk.ask("delete", "one")
        #expect(reply.status == .noContent)
        #expect(reply.body.isEmpty)
        #expect(try await desk.refusal("read", "one")?.status == .notFound)
    }

    @Test func aDocumentThatGrowsTooDeepOrTooLongIsRefused() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let path = String(repeating: "/a", count: 121)
        let deep = try await desk.refusal("patch", "one", ["op": "add", "path": .string(path), "value": 1])
        #expect(deep == Problem(.badRequest, "The document would be nested deeper than 120 levels."))
        let endless = String(repeating: "/a", count: 1_000_000)
        #expect(try await desk.refusal("patch", "one", ["op": "add", "path": .string(endless), "value": 1]) == deep)
        let nested = try JSONValue(parsing: String(repeating: "[", count: 119) + String(repeating: "]", count: 119))
        #expect(try await desk.refusal("merge", "one", ["a": nested]) == nil)
        #expect(try await desk.refusal("patch", "one", ["op": "add", "path": "/b/c", "value": nested]) == deep)
        let long = JSONValue.string(String(repeating: "x", count: 4_000_000))
        #expect(try await desk.refusal("merge", "two", ["a": long]) == nil)
        #expect(try await desk.refusal("merge", "two", ["b": long])?.status == .contentTooLarge)
    }
}
