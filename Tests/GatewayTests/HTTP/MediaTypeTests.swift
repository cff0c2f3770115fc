import Testing

@testable import Gateway

@Suite struct MediaTypeTests {
    @Test(arguments: [
        "application/json", "Application/JSON", "application/json; charset=utf-8", " application/json ;x=1",
    ])
    func caseAndParametersDoNotCount(_ field: String) {
        #expect(MediaType(field) == .json)
    }

    @Test(arguments: ["text/plain", "application/jsonp", "", ";", "application/json-patch+json"])
    func anotherTypeIsAnotherType(_ field: String) {
        #expect(MediaType(field) != .json)
    }

    @Test(arguments: [
        ("application/problem+json", true), ("text/html, Application/Problem+JSON;q=0.3", true),
        ("application/problem+json;q=0", false), ("application/problem+json; q=0.0", false),
        ("*/*", false), ("application/json", false), ("application/*", false), ("", false),
    ])
    func aProblemIsAcceptedWhenItIsNamed(_ header: String, _ isNamed: Bool) {
        #expect(MediaType.problem.isNamed(inAccept: header) == isNamed)
    }
}
