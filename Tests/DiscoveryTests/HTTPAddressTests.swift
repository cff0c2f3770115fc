import Testing

@testable import Discovery

struct HTTPAddressTests {
    @Test(arguments: [
        "http://localhost", "http://localhost:4600", "https://example.org/a/b?c=d#e", "HTTP://Example.org/",
        "http://127.0.0.1:80/", "http://[::1]:8080/x", "http://user@host/",
    ])
    func anAbsoluteURLIsTaken(_ text: String) {
        #expect(HTTPAddress(text) != nil)
    }

    @Test(arguments: [
        "", "/a", "localhost:4600", "ftp://a", "http:/a", "http://", "http:///a", "http://:80", "http://a:0",
        "http://a:65536", "http://a:x", "http://a b", "http://[::1", "http://[]:1", "http://a\n",
    ])
    func anythingElseIsNot(_ text: String) {
        #expect(HTTPAddress(text) == nil)
    }

    @Test func twoSpellingsAreOneAddress() {
        #expect(HTTPAddress("http://Localhost:4600/") == HTTPAddress("HTTP://localhost:4600"))
        #expect(HTTPAddress("http://localhost/a/") == HTTPAddress("http://localhost/a"))
        #expect(HTTPAddress("http://localhost/a") != HTTPAddress("http://localhost/A"))
        #expect(HTTPAddress("http://localhost") != HTTPAddress("https://localhost"))
    }
}
