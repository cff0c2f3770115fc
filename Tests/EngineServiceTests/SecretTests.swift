import Bus
import JSON
import Testing

@testable import EngineService

@Suite struct SecretTests {
    private let design = changing(
        changing(
            personDesign,
            at: ["resourceSchema", "person", "pin"],
            to: ["type": "string", "enum": ["1234", "9999"], "x-secret": true]
        ),
        at: ["commands", "create", "inputs"],
        to: ["required": ["name"], "optional": ["pin", "age"], "defaults": ["pin": "1234", "age": 1]]
    )

    @Test func theDesignNamesItsSecrets() throws {
        #expect(try Design(design).secrets == ["pin"])
        #expect(try Design(personDesign).secrets == [])
    }

    @Test func secretIsTrueOrFalse() throws {
        let pointer: JSONPointer = ["resourceSchema", "person", "pin", "x-secret"]
        let error = #expect(throws: DesignError.self) { try Design(changing(design, at: pointer, to: "yes")) }
        #expect(error?.faults.map(\.description) == ["/resourceSchema/person/pin/x-secret: must be true or false"])
        #expect(try Design(changing(design, at: pointer, to: false)).secrets == [])
    }

    @Test func everyFormNamesTheSecretsOfItsCommandsAndShowsNone() throws {
        let request = BusRequest(service: "person", operation: "forms")
        let forms = try #require(EngineForms(design: try Design(design)).json(for: request).arrayValue)
        for form in forms {
            let commands = try #require(form["commands"]?.arrayValue)
            #expect(commands.allSatisfy { $0["secrets"] == ["pin"] })
            #expect(commands[0]["inputs"]?["defaults"] == ["age": 1])
        }
        let without = try #require(EngineForms(design: try Design(personDesign)).json(for: request).arrayValue)
        #expect(without[0]["commands"]?[0]?["secrets"] == nil)
    }

    @Test func aRefusalDoesNotShowTheValue() async throws {
        let engine = try makeEngine(design)
        let secret = try await engine.person("create", id: "7", ["name": "Ada", "pin": "4711"])
        #expect(secret.refusal == "400 Invalid value for 'pin': '[secret]'. Must be one of [1234, 9999]")
        let open = try await engine.person("create", id: "7", ["name": "Ada", "age": "old"])
        #expect(open.refusal == "400 Invalid value for 'age': 'old'. Must be a number")
    }

    @Test func whoMayUseTheServiceStillReadsIt() async throws {
        let engine = try makeEngine(design)
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.person("read", id: "7").result?["pin"] == "1234")
    }
}
