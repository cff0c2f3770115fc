import JSON
import Testing

@Suite struct JSONTextTests {
    @Test(arguments: [
        #"{"z":1,"a":[1.0,-0,1e5,0.10,12345678901234567890,3.14159265358979323846264338327950288],"__proto__":{"x":null}}"#,
        #"[9223372036854775807,-9223372036854775808,1E+2,-0.0,true,false,null,"","é😀"]"#,
        #"{"":{"":[]},"constructor":{}}"#,
    ])
    func whatWasReadIsWrittenAsItWas(_ text: String) throws {
        #expect(try JSONValue(parsing: text).description == text)
    }

    @Test func onlyWhatMustBeIsEscaped() {
        let text = JSONValue.string("\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é\u{2028}").description
        #expect(text == "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\u{7F}é\u{2028}\"")
    }

    @Test func prettyTextHasAMemberALine() {
        let value: JSONValue = ["a": [1, [:], []], "b": ["c": "d"]]
        let text = String(decoding: value.serialized(pretty: true), as: UTF8.self)
        #expect(
            text == """
                {
                  "a": [
                    1,
                    {},
                    []
                  ],
                  "b": {
                    "c": "d"
                  }
                }
                """
        )
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func aValueSurvivesTheRoundTrip(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<500 {
            let value = random.value()
            let compact = value.serialized()
            let read = try JSONValue(parsing: compact)
            #expect(read == value)
            #expect(read.hashValue == value.hashValue)
            #expect(read.serialized() == compact)
            #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
        }
    }

    @Test(arguments: [5, 6, 7, 8] as [UInt64])
    func brokenBytesAreAnErrorWithinTheTextOrAValue(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        for _ in 0..<2000 {
            var bytes = random.value().serialized()
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
            do throws(JSONError) {
                let value = try JSONValue(parsing: bytes)
                let again = try JSONValue(parsing: value.serialized())
                #expect(again == value)
            } catch {
                #expect(0...bytes.count ~= error.offset)
            }
        }
    }

    @Test func randomBytesHarmNobody() {
        var random = SplitMix(seed: 9)
        let alphabet = Array(#"{}[]",:\u0e+-.truefalsn 19é"#.utf8)
        for _ in 0..<5000 {
            let bytes = (0..<40).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            _ = try? JSONValue(parsing: bytes)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let position = Int.random(in: 0...bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: position)
        case 1: bytes.removeSubrange(position...)
        default: if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &random) }
        }
    }
}
