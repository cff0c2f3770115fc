import JSON
import Testing

@Suite struct JSONPointerTests {
    /// RFC 6901 §5.
    private static let document: JSONValue = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
    ]

    @Test(
        arguments: [
            ("", document), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
            ("/e^f", 3),
            ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8),
        ] as [(String, JSONValue)]
    )
    func theExamplesOfTheRFCLeadWhereItSays(_ text: String, _ value: JSONValue) throws {
        let pointer = try JSONPointer(text)
        #expect(Self.document[pointer] == value)
        #expect(pointer.description == text)
    }

    @Test(arguments: [
        "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/x", "/nothing", "/ /x", "/foo/0/0", "/foo/",
    ])
    func aPointerIntoNothingGivesNothing(_ text: String) throws {
        #expect(Self.document[try JSONPointer(text)] == nil)
    }

    @Test(arguments: [
        ("foo", "'foo' is no JSON Pointer: it must be empty or start with '/'."),
        ("/a~", "'/a~' is no JSON Pointer: '~' must be written '~0', and '/' in a key '~1'."),
        ("/a~2b", "'/a~2b' is no JSON Pointer: '~' must be written '~0', and '/' in a key '~1'."),
    ])
    func whatIsNoPointerIsRefusedWithASentence(_ text: String, _ sentence: String) {
        let error = #expect(throws: JSONPointerError.self) { try JSONPointer(text) }
        #expect(error?.description == sentence)
    }

    @Test func tokensAreDecodedOnceOnly() throws {
        let pointer = try JSONPointer("/~01/~1~0")
        #expect(pointer.tokens == ["~1", "/~"])
        #expect(JSONPointer(tokens: pointer.tokens) == pointer)
        #expect(JSONPointer().appending("a/b").appending(3).description == "/a~1b/3")
    }

    @Test func anIndexIsDigitsWithoutALeadingZero() {
        #expect(JSONPointer.arrayIndex("0") == 0)
        #expect(JSONPointer.arrayIndex("120") == 120)
        for token in ["", "-", "-1", "00", "1e0", "١", "99999999999999999999"] {
            #expect(JSONPointer.arrayIndex(token) == nil, "\(token)")
        }
    }
}
