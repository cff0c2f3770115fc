import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", nil), ("true", true), ("false", false), ("0", 0), ("-12", -12), (" \t\r\n1 ", 1),
            (#""""#, ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u20AC""#, "é€"),
            (#""\ud83d\uDE00""#, "😀"), (#""\u0000""#, "\0"), ("\"\u{7F}\"", "\u{7F}"), ("[]", []), ("{}", [:]),
            ("[1,[2,[]]]", [1, [2, []]]), (#"{"a":{"b":[null]}}"#, ["a": ["b": [nil]]]), ("1.5e3", 1500),
            (
                #""long enough for words of eight, then é and \n more text""#,
                "long enough for words of eight, then é and \n more text"
            ),
        ] as [(String, JSONValue)]
    )
    func aTextIsRead(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        arguments: [
            ("", 0), ("  ", 2), ("nul", 3), ("nulL", 3), ("truefalse", 4), ("1 2", 2), ("[1,]", 3), ("[1 2]", 3),
            ("[", 1),
            ("[1", 2), ("]", 0), ("{", 1), (#"{"a"}"#, 4), (#"{"a":}"#, 5), (#"{"a":1,}"#, 7), ("{a:1}", 1),
            (#"{"a":1"#, 6),
            ("01", 0), ("-", 1), ("-01", 1), ("+1", 0), (".5", 0), ("1.", 2), ("1.e1", 2), ("1e", 2), ("1e+", 3),
            ("NaN", 0),
            ("0x10", 1), ("Infinity", 0), ("'a'", 0), ("// comment\n1", 0), ("\"abc", 4), ("\"a\tb\"", 2),
            (#""\x""#, 1),
            (#""\u12g4""#, 5), (#""\ud800""#, 1), (#""\udc00""#, 1), (#""\ud800\n""#, 1), (#""\ud800\ud800""#, 1),
            (#""\"#, 2),
            ("\u{FEFF}1", 0), ("\u{A0}1", 0), ("\"twenty characters long", 23),
        ] as [(String, Int)]
    )
    func whatIsNoJSONIsRefusedWhereItGoesWrong(_ text: String, _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.offset == offset, "\(text): \(error?.description ?? "")")
    }

    @Test(
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC3, 0x22], 1), ([0x22, 0xC0, 0xAF, 0x22], 1),
            ([0x22, 0x61, 0xED, 0xA0, 0x80, 0x22], 2), ([0x22, 0x5C, 0x6E, 0xF5, 0x80, 0x80, 0x80, 0x22], 3),
            ([0xFF], 0),
            ([0x22, 0xE2, 0x82], 3),
        ] as [([UInt8], Int)]
    )
    func badUTF8IsRefused(_ bytes: [UInt8], _ offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(error?.offset == offset, "\(error?.description ?? "")")
    }

    @Test func anErrorSaysWhatWhereAndWhatCameInstead() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: #"{"a": 1 "b": 2}"#) }
        #expect(error?.description == "Expected ',' or '}', found '\"' at byte 8.")
    }

    @Test func a128LevelsDeepTextIsReadAndADeeperOneRefused() throws {
        let deepest = try JSONValue(parsing: nested(128))
        #expect(deepest.depth == 128)
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: nested(129)) }
        #expect(error?.offset == 128)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: #"{"a":"#, count: 1_000_000)) }
    }

    @Test func manyNeighboursAreNotDeep() throws {
        let text = "[" + repeatElement("[[]]", count: 1000).joined(separator: ",") + "]"
        #expect(try JSONValue(parsing: text).depth == 3)
    }

    @Test func ofTwoEqualKeysTheLastValueCountsInThePlaceOfTheFirst() throws {
        #expect(try JSONValue(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    }

    @Test func bytesOfAnyKindAreRead() throws {
        let text = #"{"a":[1,2]}"#
        #expect(try JSONValue(parsing: Array(text.utf8)[...]).description == text)
        #expect(try JSONValue(parsing: AnySequence(text.utf8)).description == text)
    }

    private func nested(_ levels: Int) -> String {
        String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
}
