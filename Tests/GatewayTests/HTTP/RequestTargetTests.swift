import Testing

@testable import Gateway

@Suite struct RequestTargetTests {
    @Test func aPathIsSplitBeforeItIsDecoded() throws {
        let target = try RequestTarget("/state/a%2Fb%20c?x=1")
        #expect(target.segments == ["state", "a/b c"])
        #expect(target.path == "/state/a%2Fb%20c")
        #expect(target.query == "x=1")
    }

    @Test(arguments: ["/jobs/", "/jobs"]) func aSlashAtTheEndIsNoSegment(_ text: String) throws {
        #expect(try RequestTarget(text).segments == ["jobs"])
        #expect(try RequestTarget(text).endsWithSlash == text.hasSuffix("/"))
    }

    @Test(arguments: ["/", "", "?x", "http://localhost", "http://localhost:80/"])
    func theRootHasNoSegments(_ text: String) throws {
        #expect(try RequestTarget(text).segments == [])
    }

    @Test func anAbsoluteTargetNamesItsAuthority() throws {
        let target = try RequestTarget("HTTP://example.com:81/find?tag=a#b")
        #expect(target.authority == "example.com:81")
        #expect(target.segments == ["find"])
        #expect(target.query == "tag=a")
    }

    @Test(arguments: ["/state/%", "/state/%2", "/state/%zz", "/state/%ff", "*", "state"])
    func whatIsNoPathIsABadRequest(_ text: String) {
        #expect(throws: Refusal.self) { try RequestTarget(text) }
    }

    @Test func queryItemsAreDecodedAndKeepTheirOrder() throws {
        let items = try RequestTarget("/find?tag=a+b%26c&meta&tag=&=x").items()
        #expect(items.map(\.name) == ["tag", "meta", "tag", ""])
        #expect(items.map(\.value) == ["a b&c", "", "", "x"])
    }

    @Test(arguments: ["/find?tag=%", "/find?%f=1"]) func aMalformedQueryIsABadRequest(_ text: String) throws {
        let target = try RequestTarget(text)
        #expect(throws: Refusal.self) { try target.items() }
    }
}
