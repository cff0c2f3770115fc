import JSON
import Testing

@Suite struct JSONPatchTests {
    /// RFC 6902 appendix A, where it succeeds: document, patch, result.
    @Test(arguments: [
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"foo":"bar","baz":"qux"}"#),
        (#"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#, #"{"foo":["bar","qux","baz"]}"#),
        (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
        (#"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
        (#"{"baz":"qux"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#, #"{"baz":"boo"}"#),
        (
            #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
            #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
            #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
        ),
        (
            #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
            #"{"foo":["all","cows","eat","grass"]}"#
        ),
        (
            #"{"baz":"qux","foo":["a",2,"c"]}"#,
            #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
            #"{"baz":"qux","foo":["a",2,"c"]}"#
        ),
        (
            #"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
            #"{"foo":"bar","child":{"grandchild":{}}}"#
        ),
        (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#, #"{"foo":"bar","baz":"qux"}"#),
        (#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
        (
            #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
            #"{"foo":["bar",["abc","def"]]}"#
        ),
        (#"{"a":1}"#, #"[{"op":"add","path":"","value":[1]},{"op":"add","path":"/-","value":2}]"#, "[1,2]"),
        (#"{"a":1}"#, #"[{"op":"replace","path":"","value":7}]"#, "7"),
        (
            #"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]"#,
            #"{"a":{"b":1},"c":{"b":2}}"#
        ),
        (#"{"a":{"b":1}}"#, #"[{"op":"copy","from":"/a","path":"/a/c"}]"#, #"{"a":{"b":1,"c":{"b":1}}}"#),
        (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
        (#"{"a":1}"#, #"[{"op":"add","path":"/a","value":null}]"#, #"{"a":null}"#),
        (#"{"a":null}"#, #"[{"op":"test","path":"/a","value":null},{"op":"remove","path":"/a"}]"#, "{}"),
        (#"[1,2]"#, #"[{"op":"test","path":"","value":[1.0,2e0]}]"#, "[1,2]"),
    ])
    func aPatchMakesOf(_ document: String, _ patch: String, _ result: String) throws {
        let patch = try JSONPatch(JSONValue(parsing: patch))
        #expect(try patch.applied(to: JSONValue(parsing: document)).description == result)
    }

    @Test(
        arguments: [
            (#"{"baz":"qux"}"#, #"[{"op":"test","path":"/baz","value":"bar"}]"#, .testFailed),
            (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz/bat","value":"qux"}]"#, .notFound),
            (#"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":"10"}]"#, .testFailed),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/2","value":1}]"#, .notFound),
            (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/x","value":1}]"#, .notFound),
            (#"{"a":[1]}"#, #"[{"op":"remove","path":"/a/-"}]"#, .notFound),
            (#"{"a":[1]}"#, #"[{"op":"replace","path":"/a/1","value":1}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"remove","path":"/b"}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"remove","path":""}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"add","path":"/a/b","value":1}]"#, .notFound),
            (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"copy","from":"/b","path":"/c"}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"move","from":"/b","path":"/b"}]"#, .notFound),
            (#"{"a":1}"#, #"[{"op":"test","path":"/b","value":null}]"#, .notFound),
        ] as [(String, String, JSONPatchError.Reason)]
    )
    func aPatchThatDoesNotFitIsRefused(_ document: String, _ patch: String, _ reason: JSONPatchError.Reason) throws {
        let patch = try JSONPatch(JSONValue(parsing: patch))
        let document = try JSONValue(parsing: document)
        let error = #expect(throws: JSONPatchError.self) { try patch.applied(to: document) }
        #expect(error?.reason == reason)
        #expect(error?.operation == 0)
    }

    @Test(
        arguments: [
            ("{}", nil, "A JSON Patch is a list of operations."),
            ("[1]", 0, "Operation 0 of the patch: An operation is an object."),
            (#"[{"path":"/a"}]"#, 0, "Operation 0 of the patch: 'op' is missing."),
            (
                #"[{"op":"spam","path":"/a"}]"#, 0,
                "Operation 0 of the patch: 'spam' is none of add, remove, replace, move, copy, test."
            ),
            (
                #"[{"op":"remove","path":"/a"},{"op":"add","path":"/a"}]"#, 1,
                "Operation 1 of the patch: 'value' is missing."
            ),
            (#"[{"op":"add","value":1}]"#, 0, "Operation 0 of the patch: 'path' is missing or no string."),
            (#"[{"op":"copy","path":"/a"}]"#, 0, "Operation 0 of the patch: 'from' is missing or no string."),
            (
                #"[{"op":"remove","path":"a"}]"#, 0,
                "Operation 0 of the patch: 'a' is no JSON Pointer: it must be empty or start with '/'."
            ),
        ] as [(String, Int?, String)]
    )
    func whatIsNoPatchIsRefusedWithASentence(_ text: String, _ operation: Int?, _ sentence: String) throws {
        let json = try JSONValue(parsing: text)
        let error = #expect(throws: JSONPatchError.self) { try JSONPatch(json) }
        #expect(error?.reason == .malformed)
        #expect(error?.operation == operation)
        #expect(error?.description == sentence)
    }

    @Test func aPatchThatFailsLateChangesNothing() throws {
        let document: JSONValue = ["a": [1, 2], "b": ["c": 3]]
        let patch = JSONPatch(operations: [
            .remove(["a", "0"]), .add(["b", "d"], 4), .move(from: ["b"], to: ["e"]), .test(["a", "0"], 9),
        ])
        let error = #expect(throws: JSONPatchError.self) { try patch.applied(to: document) }
        #expect(error?.operation == 3)
        #expect(document == ["a": [1, 2], "b": ["c": 3]])
    }

    @Test func aPatchThatDoublesTheValueAgainAndAgainIsRefused() {
        let doubling: [JSONPatch.Operation] = [.copy(from: [], to: ["a"]), .copy(from: [], to: ["b"])]
        let patch = JSONPatch(operations: Array(repeatElement(doubling, count: 50).joined()))
        let error = #expect(throws: JSONPatchError.self) { try patch.applied(to: ["a": 0]) }
        #expect(error?.reason == .tooLarge)
    }

    @Test func aPatchCannotNestDeeperThanATextMayBe() throws {
        let deep = try JSONValue(parsing: String(repeating: "[", count: 127) + String(repeating: "]", count: 127))
        #expect(try JSONPatch(operations: [.add(["a"], deep)]).applied(to: [:]).depth == 128)
        for operation: JSONPatch.Operation in [
            .add(["a", "b"], deep), .replace(["a", "c"], deep), .copy(from: ["d"], to: ["a", "b"]),
            .move(from: ["d"], to: ["a", "b"]),
        ] {
            let document: JSONValue = ["a": ["c": 1], "d": deep]
            let error = #expect(throws: JSONPatchError.self) {
                try JSONPatch(operations: [operation]).applied(to: document)
            }
            #expect(error?.reason == .tooLarge)
        }
    }

    @Test func aPatchIsWrittenAsItWasRead() throws {
        let text =
            #"[{"op":"add","path":"/a~1b","value":1},{"op":"remove","path":""},{"op":"replace","path":"/c","value":[]},"#
            + #"{"op":"move","from":"/d","path":"/e"},{"op":"copy","from":"/f","path":"/g"},{"op":"test","path":"/h","value":null}]"#
        #expect(try JSONPatch(JSONValue(parsing: text)).json.description == text)
    }
}
