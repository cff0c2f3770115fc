import JSON
import Testing

@testable import JobControl

@Suite struct InputResolverTests {
    private func resolve(_ input: String, _ state: String) throws -> InputResolver.Resolution {
        let input = try #require(try JSONValue.text(input).objectValue)
        return try InputResolver.resolve(input, in: .text(state))
    }

    @Test func aValueOfTheStateTakesThePlaceOfItsPointer() throws {
        let resolution = try resolve(#"{"a":{"$fromState":"/x/y"},"b":1}"#, #"{"x":{"y":[true]}}"#)
        #expect(resolution.input == ["a": [true], "b": 1])
        #expect(resolution.missing == [])
    }

    @Test func pointersMayStandAnywhere() throws {
        let resolution = try resolve(
            #"{"a":[1,{"$fromState":"/x"},{"b":{"c":{"$fromState":"/l/0"}}}]}"#,
            #"{"x":"X","l":["first"]}"#
        )
        #expect(resolution.input == ["a": [1, "X", ["b": ["c": "first"]]]])
    }

    @Test func aDefaultStandsInForWhatIsMissing() throws {
        let resolution = try resolve(#"{"a":{"$fromState":"/x","default":[null]}}"#, "{}")
        #expect(resolution.input == ["a": [nil]])
        #expect(resolution.missing == [])
    }

    @Test func aDefaultMayBeTakenFromTheStateToo() throws {
        let input = #"{"a":{"$fromState":"/x","default":{"$fromState":"/y","default":3}}}"#
        #expect(try resolve(input, #"{"y":2}"#).input == ["a": 2])
        #expect(try resolve(input, "{}").input == ["a": 3])
    }

    @Test func nullInTheStateIsAValue() throws {
        #expect(try resolve(#"{"a":{"$fromState":"/x","default":1}}"#, #"{"x":null}"#).input == ["a": nil])
    }

    @Test func whatIsMissingWithoutDefaultIsLeftOut() throws {
        let resolution = try resolve(#"{"a":{"$fromState":"/x"},"b":[1,{"$fromState":"/y"},2]}"#, "{}")
        #expect(resolution.input == ["b": [1, 2]])
        #expect(resolution.missing == [["x"], ["y"]])
    }

    @Test func theWholeInputMayBeAnObjectOfTheState() throws {
        #expect(try resolve(#"{"$fromState":"/x"}"#, #"{"x":{"a":1}}"#).input == ["a": 1])
        #expect(try resolve(#"{"$fromState":""}"#, #"{"x":1}"#).input == ["x": 1])
        #expect(try resolve(#"{"$fromState":"/y"}"#, "{}").input == [:])
    }

    @Test func theWholeInputMayBeNothingElse() {
        #expect(throws: InputResolver.Unusable.self) { try resolve(#"{"$fromState":"/x"}"#, #"{"x":7}"#) }
    }

    @Test func whatComesFromTheStateIsNotResolvedAgain() throws {
        let resolution = try resolve(#"{"a":{"$fromState":"/x"}}"#, #"{"x":{"$fromState":"/y"},"y":1}"#)
        #expect(resolution.input == ["a": ["$fromState": "/y"]])
    }

    @Test func numbersAndKeysSurvive() throws {
        let state = #"{"x":{"__proto__":12345678901234567890.10,"é":1}}"#
        let resolution = try resolve(#"{"a":{"$fromState":"/x"}}"#, state)
        #expect(JSONValue.object(resolution.input).description == #"{"a":{"__proto__":12345678901234567890.10,"é":1}}"#)
    }
}
