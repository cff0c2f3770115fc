import Testing

@testable import EngineService

@Suite struct StringFormatTests {
    @Test(arguments: [
        "2026-01-31", "2024-02-29", "2026-01-31T09:15:00Z", "2026-01-31T09:15:00.123Z", "2026-01-31t09:15:00z",
        "2026-01-31T09:15", "2026-01-31T09:15:00+01:00", "2026-01-31T09:15:00-0130", "2026-01-31T23:59:60Z",
        "2026-01-31T09:15:00,5+01",
    ])
    func aTimeIsAccepted(_ text: String) {
        #expect(StringFormat.iso8601.matches(text))
    }

    @Test(arguments: [
        "", "yesterday", "2026-13-01", "2026-02-29", "2026-00-10", "2026-1-1", "26-01-01", "2026-01-31T",
        "2026-01-31T9:15",
        "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z", "2026-01-31T09:15:00.Z", "2026-01-31T09:15:00+25:00",
        "2026-01-31 09:15:00", "2026-01-31T09:15.5Z", "٢٠٢٦-01-31",
    ])
    func whatIsNoTimeIsRefused(_ text: String) {
        #expect(!StringFormat.iso8601.matches(text))
    }

    @Test(arguments: ["a@b", "ada.lovelace+x@example.co.uk", "o'neill@example.com"])
    func aMailboxIsAccepted(_ text: String) {
        #expect(StringFormat.email.matches(text))
    }

    @Test(arguments: [
        "", "ada", "@example.com", "ada@", "a b@example.com", "a@b@c", "a@-b.com", "a@b..com", "a@b_c.com",
    ])
    func whatIsNoMailboxIsRefused(_ text: String) {
        #expect(!StringFormat.email.matches(text))
    }

    @Test(arguments: ["https://example.com/a?b=c#d", "urn:isbn:0451450523", "mailto:a@b.c", "http://[::1]:80/%20"])
    func aURIIsAccepted(_ text: String) {
        #expect(StringFormat.uri.matches(text))
    }

    @Test(arguments: ["", "example.com", "/relative", "http:", "1http://x", "http://a b", "http://a/%2", "http://a/ü"])
    func whatIsNoURIIsRefused(_ text: String) {
        #expect(!StringFormat.uri.matches(text))
    }

    @Test func aUUIDIsRecognisedByItsGroups() {
        #expect(StringFormat.uuid.matches("019B1A2c-7d11-7000-8000-0123456789ab"))
        #expect(!StringFormat.uuid.matches("019b1a2c7d11700080000123456789ab"))
        #expect(!StringFormat.uuid.matches("019b1a2c-7d11-7000-8000-0123456789ag"))
    }
}
