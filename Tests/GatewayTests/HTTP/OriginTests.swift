import Testing

@testable import Gateway

@Suite struct OriginTests {
    private let trusted = ["127.0.0.1", "10.0.0.0/8"].compactMap(AddressRange.init)

    private func origin(_ host: String?, forwarded: String? = nil, peer: String? = "127.0.0.1") throws -> String {
        try Origin(
            authority: host,
            forwarded: forwarded,
            peer: peer,
            trusted: trusted,
            fallback: "127.0.0.1:8080"
        ).baseURL
    }

    @Test(arguments: ["localhost:8080", "example.com", "[::1]:4000", "192.0.2.1:1"])
    func linksStartWithTheHostThatWasAsked(_ host: String) throws {
        #expect(try origin(host) == "http://\(host)")
    }

    @Test func withoutAHostTheSocketsOwnAddressServes() throws {
        #expect(try origin(nil) == "http://127.0.0.1:8080")
    }

    @Test(arguments: ["", "a b", "a/b", "a\"b", "user@host", "a,b", "ä", String(repeating: "a", count: 256)])
    func whatIsNoHostIsABadRequest(_ host: String) {
        #expect(throws: Refusal.self) { try origin(host) }
    }

    @Test func aTrustedProxySaysWhatTheClientAsked() throws {
        #expect(try origin("inner:1", forwarded: "for=192.0.2.7;proto=https;host=api.example") == "https://api.example")
        #expect(
            try origin("inner:1", forwarded: "For=\"[2001:db8::1]:9\"; Host=\"a.example:8443\"; Proto=HTTPS")
                == "https://a.example:8443"
        )
    }

    @Test func aStrangersForwardedHeaderIsNotBelieved() throws {
        #expect(try origin("inner:1", forwarded: "host=evil.example", peer: "192.0.2.1") == "http://inner:1")
        #expect(try origin("inner:1", forwarded: "host=evil.example", peer: nil) == "http://inner:1")
    }

    @Test func ofAChainTheElementNearestToTheClientThatATrustedProxyAddedCounts() throws {
        let twoProxies = "for=192.0.2.7;host=public.example;proto=https, for=10.1.2.3;host=inner.example"
        #expect(try origin("x", forwarded: twoProxies) == "https://public.example")
        let forged = "for=1.2.3.4;host=evil.example, for=192.0.2.7;host=public.example"
        #expect(try origin("x", forwarded: forged) == "http://public.example")
    }

    @Test func aProxyThatNamesNoHostLeavesTheHostHeader() throws {
        #expect(try origin("inner:1", forwarded: "for=192.0.2.7;proto=https") == "https://inner:1")
    }
}
