import JSON
import Testing

@Suite struct JSONPatchDifferenceTests {
    @Test(
        arguments: [
            (["a": 1], ["a": 1.0], "[]"),
            (
                ["a": 1, "b": 2], ["b": 3, "c": 4],
                #"[{"op":"remove","path":"/a"},{"op":"replace","path":"/b","value":3},{"op":"add","path":"/c","value":4}]"#
            ),
            ([1, 2], [1, 2, 3, 4], #"[{"op":"add","path":"/2","value":3},{"op":"add","path":"/3","value":4}]"#),
            ([1, 2, 3], [0, 1, 2, 3], #"[{"op":"add","path":"/0","value":0}]"#),
            ([1, 2, 3, 4], [1, 4], #"[{"op":"remove","path":"/2"},{"op":"remove","path":"/1"}]"#),
            (
                ["l": [["n": 1], ["n": 2]]], ["l": [["n": 1], ["n": 3]]],
                #"[{"op":"replace","path":"/l/1/n","value":3}]"#
            ),
            ([1, 1], [1], #"[{"op":"remove","path":"/1"}]"#),
            (["a": nil], [:], #"[{"op":"remove","path":"/a"}]"#),
            ([:], [], #"[{"op":"replace","path":"","value":[]}]"#),
            (["a": ["b/c": 1]], ["a": ["b/c": "x"]], #"[{"op":"replace","path":"/a/b~1c","value":"x"}]"#),
        ] as [(JSONValue, JSONValue, String)]
    )
    func theDifferenceIsShort(_ old: JSONValue, _ new: JSONValue, _ patch: String) {
        #expect(JSONPatch.difference(from: old, to: new).json.description == patch)
    }

    @Test(arguments: [31, 32, 33, 34] as [UInt64])
    func theDifferenceMakesTheNewOfTheOld(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            let (old, new) = (random.value(), random.value())
            let patch = JSONPatch.difference(from: old, to: new)
            #expect(try patch.applied(to: old) == new)
            #expect(try JSONPatch(JSONValue(parsing: patch.json.description)) == patch)
            #expect(patch.isEmpty == (old == new))
        }
    }

    @Test(
        arguments: [
            (#"{"a":1}"#, #"{"a":1.0}"#, #"[{"op":"replace","path":"/a","value":1.0}]"#),
            (#"{"a":1,"b":2}"#, #"{"a":1,"b":2,"c":3}"#, #"[{"op":"add","path":"/c","value":3}]"#),
            (#"{"a":1,"b":2,"c":3}"#, #"{"a":1,"c":3}"#, #"[{"op":"remove","path":"/b"}]"#),
            (
                #"{"x":{"a":1,"c":3}}"#, #"{"x":{"a":1,"b":2,"c":3}}"#,
                #"[{"op":"replace","path":"/x","value":{"a":1,"b":2,"c":3}}]"#
            ),
            ("[1,2,1e0]", "[1,2,1]", #"[{"op":"replace","path":"/2","value":1}]"#),
            (#"[{"a":1,"b":2}]"#, #"[{"b":2,"a":1}]"#, #"[{"op":"replace","path":"/0","value":{"b":2,"a":1}}]"#),
        ]
    )
    func anExactDifferenceMindsOrderAndSpelling(_ old: String, _ new: String, _ patch: String) throws {
        let difference = JSONPatch.difference(
            from: try JSONValue(parsing: old),
            to: try JSONValue(parsing: new),
            exactly: true
        )
        #expect(difference.json.description == patch)
    }

    @Test(arguments: [35, 36, 37, 38] as [UInt64])
    func anExactDifferenceMakesTheTextOfTheNew(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            let (old, new) = (random.value(), random.value())
            let patch = JSONPatch.difference(from: old, to: new, exactly: true)
            #expect(try patch.applied(to: old).description == new.description)
        }
    }
}
