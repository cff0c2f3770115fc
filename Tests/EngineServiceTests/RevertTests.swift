import Bus
import EngineService
import JSON
import Testing

@Suite struct RevertTests {
    private let reverted = EngineAnswer.done(.ok, ["status": "reverted"])
    private let noop = EngineAnswer.done(.ok, ["status": "noop"])

    @Test func aCreationIsUndoneByDeleting() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.persons() == [])
    }

    @Test func anUpdateIsUndoneByTheValuesBefore() async throws {
        let engine = try makeEngine()
        let before = try await engine.person("create", id: "7", ["name": "Ada", "address": ["city": "London"]])
        _ = try await engine.person("update", id: "7", ["name": "Eve", "age": 3, "address": [:]], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.person("read", id: "7").result == before.result)
    }

    @Test func aStatusIsUndoneByTheStatusBefore() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("status", id: "7", ["status": "inactive"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.person("read", id: "7").result?["status"] == "active")
    }

    @Test func whatOthersChangedSinceStays() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("update", id: "7", ["name": "Eve"], requestID: "r1")
        _ = try await engine.person("update", id: "7", ["age": 36])
        _ = try await engine.revert(["requestId": "r1"])
        #expect(
            try await engine.person("read", id: "7").result == [
                "id": "7", "name": "Ada", "status": "active", "age": 36,
            ]
        )
    }

    @Test func aDeletionIsUndoneByPuttingBackWhereItWas() async throws {
        let engine = try makeEngine()
        for id in ["a", "b", "c"] { _ = try await engine.person("create", id: id, ["name": "x"]) }
        let before = try await engine.persons()
        _ = try await engine.person("delete", id: "b", requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.persons() == before)
    }

    @Test func aDeletionIsNotUndoneOverWhatCameInItsPlace() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("delete", id: "7", requestID: "r1")
        _ = try await engine.person("create", id: "7", ["name": "Eve"])
        #expect(try await engine.revert(["requestId": "r1"]).refusal == "409 Resource with ID '7' already exists.")
        _ = try await engine.person("delete", id: "7")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
    }

    @Test func anOverwrittenResourceComesBack() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.repeat(message("create", id: "7", ["name": "Eve"], requestID: "r1"))
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
    }

    @Test func aRequestIsUndoneOnce() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == reverted)
        _ = try await engine.person("create", id: "7", ["name": "Eve"])
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
        #expect(try await engine.persons().count == 1)
    }

    @Test func anUnknownRequestIsNoop() async throws {
        #expect(try await makeEngine().revert(["requestId": "r1"]) == noop)
    }

    @Test func theRevertWinsOverARequestThatComesLater() async throws {
        let engine = try makeEngine()
        #expect(try await engine.revert(message("create", id: "7", ["name": "Ada"], requestID: "r1")) == noop)
        let late = message("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.execute(late).refusal == "409 Request r1 was reverted.")
        #expect(try await engine.repeat(late).refusal == "409 Request r1 was reverted.")
        #expect(try await engine.persons() == [])
    }

    @Test func aRevertedRequestIsNotDoneAgain() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        _ = try await engine.revert(["requestId": "r1"])
        #expect(try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1").status == 409)
        #expect(try await engine.repeat(["requestId": "r1"]).status == 409)
    }

    @Test func aRefusedRequestIsClosedByItsRevert() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        _ = try await engine.person("create", id: "7", ["name": "Eve"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
        _ = try await engine.person("delete", id: "7")
        #expect(try await engine.person("create", id: "7", ["name": "Eve"], requestID: "r1").status == 409)
    }

    @Test func aCommandThatIsNotReversibleStays() async throws {
        let pointer: JSONPointer = ["commands", "create", "transitionType", "reversible"]
        let engine = try makeEngine(changing(personDesign, at: pointer, to: false))
        let created = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
        #expect(try await engine.repeat(["requestId": "r1"]) == created)
        #expect(try await engine.revert(message("create", id: "7")) == noop)
        #expect(try await engine.persons().count == 1)
    }

    @Test func readingLeavesNothingToUndo() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("list", requestID: "r1")
        #expect(try await engine.revert(["requestId": "r1"]) == noop)
    }

    @Test func aCreationWithoutARequestIDIsUndoneByItsID() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.revert(message("create", id: "7")) == reverted)
        #expect(try await engine.persons() == [])
        #expect(try await engine.revert(message("create", id: "7")) == noop)
    }

    @Test func whereARequestIDIsGivenOnlyThatCounts() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.revert(message("create", id: "7", requestID: "unknown")) == noop)
        #expect(try await engine.persons().count == 1)
    }

    @Test func otherCommandsWithoutARequestIDAreNoop() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.revert(message("update", id: "7", ["name": "Eve"])) == noop)
        #expect(try await engine.revert(message("create")) == noop)
        #expect(try await engine.revert([:]).refusal == "400 Invalid command message format")
        #expect(try await engine.revert(7).refusal == "400 Invalid command message format")
    }

    @Test func aRequestThatIsRevertedWhileItRunsHasNoEffectThatStands() async throws {
        let engine = try makeEngine()
        await withDiscardingTaskGroup { group in
            for index in 0..<50 {
                group.addTask { _ = try? await engine.person("create", ["name": "Ada"], requestID: "r\(index)") }
                group.addTask { _ = try? await engine.revert(["requestId": .string("r\(index)")]) }
            }
        }
        #expect(try await engine.persons() == [])
    }
}
