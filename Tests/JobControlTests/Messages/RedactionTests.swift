import JSON
import Testing

@testable import JobControl

@Suite struct RedactionTests {
    @Test func secretMembersAreHiddenHoweverDeepTheyAre() throws {
        let input: JSONValue = [
            "command": "create", "payload": ["name": "ada", "password": "p", "keys": [["token": [1, 2]], 3]],
        ]
        let expected: JSONValue = [
            "command": "create", "payload": ["name": "ada", "password": "***", "keys": [["token": "***"], 3]],
        ]
        #expect(Redaction.redacted(input, hiding: ["password", "token"]) == expected)
        #expect(Redaction.redacted(input, hiding: []) == input)
    }

    @Test func whereNobodyCanSayWhatIsSecretNothingIsShown() {
        #expect(Redaction.redacted(["a": 1], hiding: nil) == "***")
    }

    @Test func formsSayWhatIsSecret() throws {
        let forms: JSONValue = [
            [
                "rel": "execute",
                "commands": [["name": "create", "secrets": ["password", "pin"]], ["name": "read"]],
                "input": ["properties": ["token": ["type": "string", "x-secret": true], "id": ["x-secret": false]]],
            ]
        ]
        #expect(Redaction.names(in: forms) == ["password", "pin", "token"])
        #expect(Redaction.names(in: [["rel": "execute"]]) == [])
    }

    @Test func longValuesAreReplacedByTheirSize() {
        let long: JSONValue = ["text": .string(String(repeating: "x", count: 100))]
        #expect(SizeLimit.applied(to: long, 111) == long)
        #expect(SizeLimit.applied(to: long, 110) == ["_truncated": 111])
    }

    @Test func aServiceThatHasGoneKeepsWhatItSaid() async {
        let calls = Attempts()
        let secrets = ServiceSecrets { service in
            if service == "gone" || calls.next() > 1 { throw TaskFailure("gone", effect: .none) }
            return [["commands": [["secrets": ["p"]]]]]
        }
        #expect(await secrets.names(of: "gone") == nil)
        #expect(await secrets.names(of: "a") == ["p"])
        #expect(await secrets.names(of: "a") == ["p"])
        #expect(calls.next() == 2, "it was asked once")
    }

    @Test func aServiceWithoutFormsHasNoSecrets() async {
        let secrets = ServiceSecrets { _ in nil }
        #expect(await secrets.names(of: "a") == [])
    }
}
