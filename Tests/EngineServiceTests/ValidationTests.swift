import Bus
import EngineService
import JSON
import Testing

@Suite struct ValidationTests {
    @Test(
        arguments: [
            (7, ""), ([], ""), ("text", ""), (.null, ""),
            ([:], "/command"), (["command": "read"], "/resource"), (["resource": "person"], "/command"),
            (["command": 7, "resource": "person"], "/command"),
            (["command": "read", "resource": ["person"]], "/resource"),
            (["command": "read", "resource": "person", "id": 7], "/id"),
            (["command": "list", "resource": "person", "payload": []], "/payload"),
            (["command": "list", "resource": "person", "input": "x"], "/input"),
            (["command": "list", "resource": "person", "metadata": 1], "/metadata"),
            (["command": "list", "resource": "person", "requestId": 1], "/requestId"),
            (
                ["command": "list", "resource": "person", "requestId": .string(String(repeating: "x", count: 257))],
                "/requestId"
            ),
        ] as [(JSONValue, String)]
    )
    func whatIsNoCommandMessageIsRefused(_ body: JSONValue, _ pointer: String) async throws {
        let answer = try await makeEngine().execute(body)
        #expect(answer.refusal == "400 Invalid command message format")
        guard case .refused(let refusal) = answer else { return }
        #expect(refusal.members["pointer"] == .string(pointer))
    }

    @Test func aMessageThatIsNestedTooDeeplyIsRefused() async throws {
        var value: JSONValue = 1
        for _ in 0..<120 { value = [value] }
        let answer = try await makeEngine().person("create", ["name": "x", "nicknames": value])
        #expect(answer.refusal == "400 Invalid command message format")
    }

    @Test func anUnknownCommandIsRefused() async throws {
        #expect(try await makeEngine().person("promote").refusal == "400 Unknown command: promote")
        let withoutList = changing(personDesign, at: ["commands", "list"], to: nil)
        #expect(try await makeEngine(withoutList).person("list").refusal == "400 Unknown command: list")
    }

    @Test func anUnsupportedResourceIsRefused() async throws {
        let answer = try await makeEngine().execute(["command": "list", "resource": "robot"])
        #expect(answer.refusal == "400 Unsupported resource: robot")
    }

    @Test func theCommandIsCheckedBeforeTheResource() async throws {
        let answer = try await makeEngine().execute(["command": "promote", "resource": "robot"])
        #expect(answer.refusal == "400 Unknown command: promote")
    }

    @Test func aMissingInputIsNamed() async throws {
        #expect(try await makeEngine().person("create", id: "7").refusal == "400 Missing required input: name")
        #expect(try await makeEngine().person("read").refusal == "400 Missing required input: id")
        let blank = try await makeEngine().execute(["command": "read", "resource": "person", "id": ""])
        #expect(blank.refusal == "400 Missing required input: id")
    }

    @Test(
        arguments: [
            ("status", "gone", "'gone'. Must be one of [active, inactive]"),
            ("status", 7, "'7'. Must be one of [active, inactive]"),
            ("name", 7, "'7'. Must be a string"),
            ("name", .null, "'null'. Must be a string"),
            ("age", "36", "'36'. Must be a number"),
            ("verified", 1, "'1'. Must be true or false"),
            ("address", [1], "'[1]'. Must be an object"),
            ("nicknames", ["a": 1], #"'{"a":1}'. Must be an array"#),
            ("email", "ada", "'ada'. Must be an email address"),
            ("born", "1815", "'1815'. Must be an ISO8601 date or time"),
        ] as [(String, JSONValue, String)]
    )
    func aWrongValueIsNamedWithWhatItMustBe(_ field: String, _ value: JSONValue, _ rest: String) async throws {
        var payload: JSONValue = ["name": "Ada"]
        payload[field] = value
        let answer = try await makeEngine().person("create", payload)
        #expect(answer.refusal == "400 Invalid value for '\(field)': \(rest)")
    }

    @Test func aLongValueIsCutInTheSentence() async throws {
        let answer = try await makeEngine().person(
            "create",
            ["name": "x", "email": .string(String(repeating: "y", count: 500))]
        )
        #expect(answer.refusal?.utf8.count ?? 0 < 200)
    }

    @Test func theIDIsCheckedWhereTheSchemaNamesIt() async throws {
        let design = changing(
            personDesign,
            at: ["resourceSchema", "person", "id"],
            to: ["type": "string", "format": "uuid"]
        )
        let answer = try await makeEngine(design).person("create", id: "7", ["name": "Ada"])
        #expect(answer.refusal == "400 Invalid value for 'id': '7'. Must be a UUID")
    }

    @Test func onlyDeclaredInputsAreKept() async throws {
        let answer = try await makeEngine().person("create", id: "7", ["name": "Ada", "shoeSize": 39])
        #expect(answer.result == ["id": "7", "name": "Ada", "status": "active"])
    }

    @Test func aDefaultGivesWayToWhatCame() async throws {
        let answer = try await makeEngine().person("create", id: "7", ["name": "Ada", "status": "inactive"])
        #expect(answer.result?["status"] == "inactive")
    }

    @Test func inputIsReadAsPayloadWhenThereIsNone() async throws {
        let engine = try makeEngine()
        let alone: JSONValue = ["command": "create", "resource": "person", "id": "7", "input": ["name": "Ada"]]
        #expect(try await engine.execute(alone).result?["name"] == "Ada")
        let both: JSONValue = [
            "command": "update", "resource": "person", "id": "7", "input": ["name": "Eve"], "payload": ["age": 36],
        ]
        #expect(try await engine.execute(both).result?["name"] == "Ada")
    }

    @Test func aRefusalChangesNothing() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("update", id: "7", ["name": "Eve", "age": "old"])
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
    }
}

@Suite struct AuthorizationTests {
    private let design = changing(
        changing(personDesign, at: ["authorization"], to: ["roles": ["staff"]]),
        at: ["commands", "list", "authorization"],
        to: ["roles": []]
    )

    @Test func aCallerWithoutTheRoleIsForbidden() async throws {
        let engine = try makeEngine(design)
        let sentence = "403 Command 'create' needs one of the roles [staff]"
        #expect(try await engine.execute(message("create", ["name": "x"])).refusal == sentence)
        #expect(try await engine.execute(message("create", ["name": "x"]), roles: ["guest"]).refusal == sentence)
    }

    @Test func aCallerWithOneOfTheRolesIsServed() async throws {
        let answer = try await makeEngine(design).execute(message("create", ["name": "x"]), roles: ["guest", "staff"])
        #expect(answer.status == 201)
    }

    @Test func aCommandWithoutRolesIsForEverybody() async throws {
        #expect(try await makeEngine(design).execute(message("list"), roles: ["guest"]).status == 200)
        #expect(try await makeEngine().execute(message("list"), roles: ["guest"]).status == 200)
    }

    @Test func aKnownRequestIDDoesNotGetRoundTheRoles() async throws {
        let engine = try makeEngine(design)
        _ = try await engine.execute(message("create", id: "7", ["name": "x"], requestID: "r1"), roles: ["staff"])
        #expect(try await engine.repeat(["requestId": "r1"]).status == 403)
        #expect(try await engine.revert(["requestId": "r1"]).status == 403)
        #expect(try await engine.revert(["requestId": "unknown"]).status == 403)
        #expect(try await engine.persons().count == 1)
    }
}
