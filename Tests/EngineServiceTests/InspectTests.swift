import Bus
import EngineService
import JSON
import Testing

@Suite(.timeLimit(.minutes(1))) struct InspectTests {
    private func inspect(_ id: String, _ engine: Engine) async throws -> JSONValue {
        try #require(try await engine.inspect(["requestId": .string(id)]).body)
    }

    private func grade(_ id: String, _ engine: Engine) async throws -> String? {
        try await inspect(id, engine)["grade"]?.stringValue
    }

    @Test func whatCanBeUndoneIsReversibleUntilItIsUndone() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await inspect("r1", engine) == ["requestId": "r1", "command": "create", "grade": "reversible"])
        _ = try await engine.revert(["requestId": "r1"])
        #expect(try await inspect("r1", engine) == ["requestId": "r1", "command": "create", "grade": "undone"])
    }

    @Test func inspectingChangesNothing() async throws {
        let engine = try makeEngine()
        _ = try await grade("r1", engine)
        #expect(try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1").status == 201)
        _ = try await grade("r1", engine)
        #expect(try await engine.persons().count == 1)
    }

    @Test func whatNobodyKnowsIsUnknown() async throws {
        let engine = try makeEngine()
        #expect(try await grade("r1", engine) == "unknown")
        #expect(try await inspect("r1", engine)["command"] == nil)
        _ = try await engine.revert(["requestId": "r1"])
        #expect(try await grade("r1", engine) == "undone", "the request must not have an effect any more")
    }

    @Test func aRefusalIsUndone() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("update", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await grade("r1", engine) == "undone")
    }

    @Test func whatTheDesignDoesNotCallReversibleIsNot() async throws {
        let pointer: JSONPointer = ["commands", "create", "transitionType", "reversible"]
        let engine = try makeEngine(changing(personDesign, at: pointer, to: false))
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await grade("r1", engine) == "irreversible")
        _ = try await engine.person("update", id: "7", ["name": "Eve"], requestID: "r2")
        _ = try await engine.person("create", id: "8", ["name": "Eve"], requestID: "r3")
        #expect(try await grade("r2", engine) == "reversible")
    }

    @Test func whatChangedNothingStandsInNobodysWay() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("list", requestID: "r1")
        _ = try await engine.repeat(message("delete", id: "7", requestID: "r2"))
        #expect(try await grade("r1", engine) == "reversible")
        #expect(try await grade("r2", engine) == "reversible")
    }

    @Test func whatAnotherRequestWroteLaterIsChangedByIt() async throws {
        let engine = try makeEngine()
        let create = message("create", id: "7", ["name": "Ada"], requestID: "r1")
        _ = try await engine.execute(create, client: "job/1")
        let update = message("update", id: "7", ["name": "Eve"], requestID: "r2")
        _ = try await engine.execute(update, client: "job/2")
        let inspection = try await inspect("r1", engine)
        #expect(inspection["grade"] == "changed")
        #expect(inspection["changedBy"] == ["requestId": "r2", "client": "job/2"])
        #expect(inspection["reason"] == "The resource '7' was changed later by the request r2 of job/2.")
        #expect(try await grade("r2", engine) == "reversible")
    }

    @Test(arguments: ["update", "status", "delete", "create"])
    func everyWriteIsAChange(_ command: String) async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        let later = message(command, id: "7", ["name": "Eve", "status": "inactive"])
        #expect(try await engine.repeat(later, client: "someone").status.isSuccess)
        let inspection = try await inspect("r1", engine)
        #expect(inspection["grade"] == "changed")
        #expect(inspection["changedBy"] == ["client": "someone"])
    }

    @Test func aLaterChangeThatWasRevertedDoesNotCount() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        for (index, age) in [1, 2, 3].enumerated() {
            _ = try await engine.person("update", id: "7", ["age": JSONValue(age)], requestID: "r\(index + 2)")
        }
        // The one in the middle first: its end is seen when the last one goes.
        _ = try await engine.revert(["requestId": "r3"])
        #expect(try await inspect("r1", engine)["changedBy"]?["requestId"] == "r4")
        _ = try await engine.revert(["requestId": "r4"])
        #expect(try await inspect("r1", engine)["changedBy"]?["requestId"] == "r2")
        #expect(try await grade("r2", engine) == "reversible")
        _ = try await engine.revert(["requestId": "r2"])
        #expect(try await grade("r1", engine) == "reversible")
    }

    @Test func aDeletionThatWasRevertedDoesNotCount() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        _ = try await engine.person("delete", id: "7", requestID: "r2")
        #expect(try await inspect("r1", engine)["changedBy"]?["requestId"] == "r2")
        #expect(try await grade("r2", engine) == "reversible")
        _ = try await engine.revert(["requestId": "r2"])
        #expect(try await grade("r1", engine) == "reversible")
    }

    @Test func whatWasChangedSinceIsRevertedAllTheSame() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("update", id: "7", ["name": "Eve"], requestID: "r1")
        _ = try await engine.person("update", id: "7", ["age": 3], requestID: "r2")
        #expect(try await grade("r1", engine) == "changed")
        #expect(try await engine.revert(["requestId": "r1"]).body == ["status": "reverted"])
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
        #expect(try await engine.person("read", id: "7").result?["age"] == 3)
        #expect(try await grade("r2", engine) == "reversible")
    }

    @Test func aDefinedCommandIsGradedByItsRevert() async throws {
        let design = changing(
            personDesign,
            at: ["commands", "greet"],
            to: ["inputs": [:], "transitionType": ["reversible": true]]
        )
        var without = try makeEngine(design)
        without.command("greet") { _ in ["text": "Hello"] }
        _ = try await without.person("greet", requestID: "r1")
        #expect(try await grade("r1", without) == "irreversible")
        var with = try makeEngine(design)
        with.command("greet") { _ in
            ["text": "Hello"]
        } revert: { _, _ in
        }
        _ = try await with.person("greet", requestID: "r1")
        #expect(try await grade("r1", with) == "reversible")
        _ = try await with.revert(["requestId": "r1"])
        #expect(try await grade("r1", with) == "undone")
    }

    @Test func itsRolesAreThoseOfTheCommand() async throws {
        let clerks: JSONValue = ["roles": ["clerk"]]
        let design = changing(personDesign, at: ["commands", "create", "authorization"], to: clerks)
        let engine = try makeEngine(design)
        _ = try await engine.execute(message("create", id: "7", ["name": "Ada"], requestID: "r1"), roles: ["clerk"])
        #expect(try await engine.inspect(["requestId": "r1"]).status == 403)
        #expect(try await engine.inspect(["requestId": "r1"], roles: ["clerk"]).status == 200)
    }

    @Test(arguments: [[:], [], ["requestId": ""], ["requestId": 7]] as [JSONValue])
    func withoutARequestIDThereIsNothingToInspect(_ body: JSONValue) async throws {
        #expect(try await makeEngine().inspect(body).status == 400)
    }
}
