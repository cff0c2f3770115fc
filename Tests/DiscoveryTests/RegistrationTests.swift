import Bus
import JSON
import Testing

@testable import Discovery

struct RegistrationTests {
    private func read(_ text: String) throws -> Registration {
        try Registration(json: RegistryMessage.parse(Array(text.utf8)))
    }

    private func refusal(_ text: String) -> Problem? {
        #expect(throws: Problem.self) { try read(text) }
    }

    @Test func everyMemberIsRead() throws {
        let registration = try read(
            """
            { "serviceName": "text", "serviceURL": "http://localhost:5000/text", "tags": ["text", "upper"],
              "semanticProfile": "https://example.org/profiles/text", "mediaTypes": ["text/plain"],
              "pingURL": "http://localhost:5000/ping" }
            """
        )
        #expect(
            registration
                == Registration(
                    serviceName: "text",
                    serviceURL: "http://localhost:5000/text",
                    tags: ["text", "upper"],
                    semanticProfile: "https://example.org/profiles/text",
                    mediaTypes: ["text/plain"],
                    pingURL: "http://localhost:5000/ping"
                )
        )
        #expect(try Registration(json: registration.json) == registration)
    }

    @Test func pingUrlIsPingURL() throws {
        let registration = try read(#"{"serviceName": "a", "serviceURL": "http://a", "pingUrl": "http://a/p"}"#)
        #expect(registration.pingURL == "http://a/p")
    }

    @Test func aTagStandsForTheTags() throws {
        let registration = try read(#"{"serviceName": "a", "serviceURL": "http://a", "tag": "t"}"#)
        #expect(registration.tags == ["t"])
        #expect(registration.serviceName == "a")
    }

    @Test func aTagStandsForAMissingName() throws {
        let registration = try read(#"{"serviceURL": "http://a", "tag": "t"}"#)
        #expect(registration.serviceName == "t")
        #expect(registration.tags == ["t"])
    }

    @Test func nullIsAMissingMember() throws {
        let registration = try read(
            #"{"serviceName": "a", "serviceURL": "http://a", "tags": null, "semanticProfile": null, "pingURL": null}"#
        )
        #expect(registration == Registration(serviceName: "a", serviceURL: "http://a"))
    }

    @Test(arguments: [
        (#"{"serviceName": "a"}"#, "serviceURL is required"),
        (#"{"serviceName": "a", "serviceURL": ""}"#, "serviceURL is required"),
        (#"{"serviceURL": "http://a"}"#, "serviceName is required"),
        (#"{"serviceName": 7, "serviceURL": "http://a"}"#, "serviceName must be a string"),
        (#"{"serviceName": "a", "serviceURL": "a"}"#, "serviceURL must be an absolute http or https URL: a"),
        (
            #"{"serviceName": "a", "serviceURL": "ftp://a"}"#,
            "serviceURL must be an absolute http or https URL: ftp://a"
        ),
        (
            #"{"serviceName": "a", "serviceURL": "http://a", "pingURL": "/p"}"#,
            "pingURL must be an absolute http or https URL: /p"
        ),
        (#"{"serviceName": "a", "serviceURL": "http://a", "tags": "t"}"#, "tags must be a list of strings"),
        (#"{"serviceName": "a", "serviceURL": "http://a", "tags": [1]}"#, "tags must be a list of strings"),
        (#"{"serviceName": "a", "serviceURL": "http://a", "mediaTypes": {}}"#, "mediaTypes must be a list of strings"),
        (
            #"{"serviceName": "a\u0000b", "serviceURL": "http://a"}"#,
            "serviceName must have at most 255 bytes and no control characters"
        ),
        ("[]", "The body must be a JSON object"),
    ])
    func whatIsWrongIsNamed(_ body: String, _ sentence: String) {
        let problem = refusal(body)
        #expect(problem?.sentence == sentence)
        #expect(problem?.status == .badRequest)
    }

    @Test func aBodyThatIsNoJSONIsRefused() {
        #expect(refusal("{")?.sentence.hasPrefix("The body is not JSON: ") == true)
    }
}
