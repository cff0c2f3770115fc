import JSON
import Testing

@testable import Gateway

@Suite struct HTTPURLTests {
    @Test(arguments: [
        ("http://localhost:9000", "http://localhost:9000/"), ("HTTPS://Example.com/A?b", "https://example.com/A?b"),
        ("http://h?x", "http://h/?x"), ("http://[::1]:80/a#b", "http://[::1]:80/a"),
    ])
    func anAbsoluteURLIsRead(_ text: String, _ url: String) throws {
        #expect(try #require(HTTPURL(text)).description == url)
    }

    @Test(arguments: [
        "", "localhost:9000", "ftp://h/", "http://", "http:///a", "http://user:pw@h/", "http://h/a b", "/a",
    ])
    func whatIsNoHTTPURLIsNil(_ text: String) {
        #expect(HTTPURL(text) == nil)
    }

    @Test(arguments: [
        ("http://h:1/forms", "execute", "http://h:1/execute"),
        ("http://h:1/api/forms?x", "run/it", "http://h:1/api/run/it"),
        ("http://h:1/api/forms", "/execute", "http://h:1/execute"), ("https://h/forms", "//other/x", "https://other/x"),
        ("http://h:1/forms", "https://o:2/x", "https://o:2/x"),
    ])
    func aLinkIsReadFromWhereItStands(_ base: String, _ link: String, _ url: String) throws {
        #expect(try #require(HTTPURL(base)?.resolving(link)).description == url)
    }

    @Test func theUsualPortBelongsToTheOrigin() throws {
        #expect(HTTPURL("http://h/a")?.origin == HTTPURL("http://H:80/b")?.origin)
        #expect(HTTPURL("http://h/a")?.origin != HTTPURL("https://h/a")?.origin)
        #expect(HTTPURL("http://[::1]/")?.origin == "http://[::1]:80")
        #expect(HTTPURL("http://[::1]:7/")?.host == "::1")
    }

    @Test func formsNameTheLinksOfAService() throws {
        let url = try #require(HTTPURL("http://h:1/api/forms"))
        let service = try #require(HTTPURL("http://h:1/api"))
        let forms = ServiceForms(
            [
                ["rel": "execute", "method": "POST", "href": "/run"], ["rel": "execute", "href": "/second"],
                ["rel": "repeat", "method": "GET", "href": "/not-posted"], ["rel": 7], "nothing",
            ],
            at: url
        )
        #expect(forms.url(for: "execute", of: service).description == "http://h:1/run")
        #expect(forms.url(for: "repeat", of: service).description == "http://h:1/api/repeat")
        #expect(ServiceForms.none.url(for: "revert", of: service).description == "http://h:1/api/revert")
    }

    @Test(arguments: ["http://169.254.169.254/latest", "http://metadata.google.internal/", "http://[fe80::1]:80/"])
    func aMachinesOwnSecretsAreNotFetchedEvenWhenRegistered(_ text: String) throws {
        let url = try #require(HTTPURL(text))
        #expect(throws: (any Error).self) { try EgressPolicy().check(url, registered: [url.origin]) }
    }

    @Test func onlyRegisteredHostsAreCalled() throws {
        let url = try #require(HTTPURL("http://localhost:9000/execute"))
        try EgressPolicy().check(url, registered: ["http://localhost:9000"])
        #expect(throws: (any Error).self) { try EgressPolicy().check(url, registered: ["http://localhost:9001"]) }
    }
}
