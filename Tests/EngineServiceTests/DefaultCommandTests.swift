import Bus
import EngineService
import JSON
import Testing

@Suite struct DefaultCommandTests {
    @Test func createAnswersTheResourceWithItsIDAndTheStatusOfTheDesign() async throws {
        let engine = try makeEngine()
        let answer = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(answer.status == 201)
        #expect(answer.body == ["result": ["id": "7", "name": "Ada", "status": "active"], "statusCode": 201])
        #expect(try await engine.persons() == [["id": "7", "name": "Ada", "status": "active"]])
    }

    @Test func createOfAnIDThatIsTakenIsRefused() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        let answer = try await engine.person("create", id: "7", ["name": "Eve"])
        #expect(answer.refusal == "409 Resource with ID '7' already exists.")
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
    }

    @Test func aRuleMakesAnIDWhereNoneCame() async throws {
        let engine = try makeEngine()
        let first = try await engine.person("create", ["name": "Ada"]).result?["id"]?.stringValue
        let second = try await engine.person("create", ["name": "Bob"]).result?["id"]?.stringValue
        #expect(first?.utf8.count == 36)
        #expect(first != second)
    }

    @Test func createWithoutARuleNeedsAnID() async throws {
        let engine = try makeEngine(changing(personDesign, at: ["commands", "create", "inputs", "rules"], to: nil))
        #expect(try await engine.person("create", ["name": "Ada"]).refusal == "400 Missing required input: id")
    }

    @Test func theIDNeverComesFromThePayload() async throws {
        let engine = try makeEngine()
        let answer = try await engine.person("create", id: "7", ["id": "8", "name": "Ada"])
        #expect(answer.result?["id"] == "7")
        let update = try await engine.person("update", id: "7", ["id": "9", "name": "Eve"])
        #expect(update.result?["id"] == "7")
        #expect(try await engine.person("read", ["id": "7"]).refusal == "400 Missing required input: id")
    }

    @Test func readAnswersTheResource() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        let answer = try await engine.person("read", id: "7")
        #expect(answer == .done(.ok, ["result": ["id": "7", "name": "Ada", "status": "active"]]))
    }

    @Test(
        arguments: [
            ("read", [:]), ("update", ["name": "x"]), ("delete", [:]), ("status", ["status": "active"]),
        ] as [(String, JSONValue)]
    )
    func whatIsNotThereIsNotFound(_ command: String, _ payload: JSONValue) async throws {
        let answer = try await makeEngine().person(command, id: "7", payload)
        #expect(answer.refusal == "404 Resource not found: 7")
    }

    @Test func updateMergesShallowly() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada", "address": ["city": "London", "zip": "1"]])
        let answer = try await engine.person("update", id: "7", ["address": ["city": "Turin"], "age": 36])
        #expect(answer.status == 200)
        let expected: JSONValue = [
            "id": "7", "name": "Ada", "status": "active", "address": ["city": "Turin"], "age": 36,
        ]
        #expect(answer.result == expected)
    }

    @Test func deleteAnswersTheStatusAlone() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.person("delete", id: "7") == .done(.noContent, nil))
        #expect(try await engine.persons() == [])
    }

    @Test func listAnswersAllInTheOrderOfCreation() async throws {
        let engine = try makeEngine()
        for id in ["b", "a", "c"] { _ = try await engine.person("create", id: id, ["name": "x"]) }
        _ = try await engine.person("update", id: "b", ["name": "y"])
        #expect(try await engine.persons().compactMap { $0["id"]?.stringValue } == ["b", "a", "c"])
    }

    @Test func statusSetsTheStatusOfThePayload() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        let answer = try await engine.person("status", id: "7", ["status": "inactive", "name": "Eve"])
        #expect(answer.result == ["id": "7", "name": "Ada", "status": "inactive"])
        #expect(try await engine.person("status", id: "7").refusal == "400 Missing required input: status")
    }

    @Test(
        arguments: [
            ([:], ["1", "2", "3"]),
            (["name": "AD"], ["1", "3"]),
            (["name": "ad", "status": "inactive"], ["3"]),
            (["age": 36], ["1"]),
            (["age": 36.0], ["1"]),
            (["age": "36"], []),
            (["name": 36], []),
            (["verified": true], ["2"]),
            (["address": ["city": "London"]], ["1"]),
            (["address": ["city": "london"]], []),
            (["nicknames": ["x"]], []),
            (["shoeSize": 43], []),
            (["id": "2"], ["2"]),
        ] as [(JSONValue, [String])]
    )
    func filterFindsStringsByTheirPartsAndOtherValuesByEquality(_ payload: JSONValue, _ ids: [String]) async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "1", ["name": "Ada", "age": 36, "address": ["city": "London"]])
        _ = try await engine.person("create", id: "2", ["name": "Bob", "verified": true])
        _ = try await engine.person("create", id: "3", ["name": "Conrad", "status": "inactive"])
        let answer = try await engine.person("filter", payload)
        #expect(answer.status == 200)
        #expect(answer.result?.arrayValue?.compactMap { $0["id"]?.stringValue } == ids)
    }

    @Test func numbersAndMembersSurviveExactly() async throws {
        let engine = try makeEngine()
        let address = try JSONValue(parsing: #"{"z":12345678901234567890,"__proto__":0.10000000000000000001,"a":-0}"#)
        _ = try await engine.person("create", id: "7", ["name": "Ada", "address": address])
        let answer = try await engine.person("read", id: "7")
        #expect(answer.result?["address"]?.description == address.description)
    }
}

@Suite struct OutputTests {
    private func answer(_ output: JSONValue?, to command: String = "read") async throws -> EngineAnswer {
        let engine = try makeEngine(changing(personDesign, at: ["commands", command, "output"], to: output))
        _ = try await engine.repeat(message("create", id: "7", ["name": "Ada"]))
        return try await engine.person(command, id: "7")
    }

    @Test func anArrayOfOneIsMadeOfAnObject() async throws {
        let answer = try await answer(["returns": "array"])
        #expect(answer == .done(.ok, ["result": [["id": "7", "name": "Ada", "status": "active"]]]))
    }

    @Test func theDesignsStatusStandsInTheBodyToo() async throws {
        let answer = try await answer(["returns": "object", "statusCode": 203])
        #expect(answer.status == 203)
        #expect(answer.body?["statusCode"] == 203)
    }

    @Test func noneAnswersTheStatusAlone() async throws {
        #expect(try await answer(["returns": "none"]) == .done(.noContent, nil))
        #expect(try await answer(["returns": "none", "statusCode": 202]) == .done(.accepted, nil))
    }

    @Test func aDeletionThatReturnsAnObjectIsNot204() async throws {
        let answer = try await answer(["returns": "object"], to: "delete")
        #expect(answer == .done(.ok, ["result": ["id": "7", "name": "Ada", "status": "active"]]))
    }

    @Test func withoutAnOutputACommandAnswersWhatIsNatural() async throws {
        #expect(try await answer(nil).result?["name"] == "Ada")
        #expect(try await answer(nil, to: "delete") == .done(.noContent, nil))
        #expect(try await answer(nil, to: "list").result?.arrayValue?.count == 1)
    }
}
