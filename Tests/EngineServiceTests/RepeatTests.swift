import Bus
import EngineService
import JSON
import Testing

@Suite struct RepeatTests {
    @Test func aKnownRequestIsAnsweredAsThen() async throws {
        let engine = try makeEngine()
        let created = try await engine.person("create", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.repeat(message("create", ["name": "Ada"], requestID: "r1")) == created)
        #expect(try await engine.persons().count == 1)
    }

    @Test func theRequestIDIsEnough() async throws {
        let engine = try makeEngine()
        let created = try await engine.person("create", ["name": "Ada"], requestID: "r1")
        _ = try await engine.person("update", id: created.result?["id"]?.stringValue, ["name": "Eve"])
        #expect(try await engine.repeat(["requestId": "r1"]) == created)
    }

    @Test func readingIsRememberedToo() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        let then = try await engine.person("read", id: "7", requestID: "r1")
        _ = try await engine.person("delete", id: "7")
        #expect(try await engine.repeat(["requestId": "r1"]) == then)
    }

    @Test func anUnknownRequestIDAloneIsNoMessage() async throws {
        #expect(try await makeEngine().repeat(["requestId": "r1"]).refusal == "400 Invalid command message format")
    }

    @Test func anUnknownRequestIsExecutedOnce() async throws {
        let engine = try makeEngine()
        let first = try await engine.repeat(message("create", ["name": "Ada"], requestID: "r1"))
        let second = try await engine.repeat(message("create", ["name": "Ada"], requestID: "r1"))
        #expect(first.status == 201)
        #expect(first == second)
        #expect(try await engine.persons().count == 1)
    }

    @Test func executeOfAKnownRequestIsNotDoneAgain() async throws {
        let engine = try makeEngine()
        let first = try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1")
        #expect(try await engine.person("create", id: "7", ["name": "Ada"], requestID: "r1") == first)
        #expect(try await engine.persons().count == 1)
    }

    @Test func createWithAnIDOverwrites() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada", "age": 36])
        let answer = try await engine.repeat(message("create", id: "7", ["name": "Eve"]))
        #expect(answer.status == 201)
        #expect(try await engine.persons() == [["id": "7", "name": "Eve", "status": "active"]])
    }

    @Test func deleteOfWhatIsGoneIsNoError() async throws {
        #expect(try await makeEngine().repeat(message("delete", id: "7")) == .done(.noContent, nil))
    }

    @Test func updateOfWhatIsGoneIsAnError() async throws {
        let answer = try await makeEngine().repeat(message("update", id: "7", ["name": "x"]))
        #expect(answer.refusal == "404 Resource not found: 7")
    }

    @Test func aRefusalIsRepeatedAndNotTurnedIntoAnEffect() async throws {
        let engine = try makeEngine()
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        let refused = try await engine.person("create", id: "7", ["name": "Eve"], requestID: "r1")
        #expect(refused.status == 409)
        // Its answer was lost, say, and the caller asks again: what belongs to another must not be overwritten.
        #expect(try await engine.repeat(message("create", id: "7", ["name": "Eve"], requestID: "r1")) == refused)
        #expect(try await engine.person("read", id: "7").result?["name"] == "Ada")
    }

    @Test func whatWasRefusedMayBeTriedAgain() async throws {
        let engine = try makeEngine()
        #expect(try await engine.person("read", id: "7", requestID: "r1").status == 404)
        _ = try await engine.person("create", id: "7", ["name": "Ada"])
        #expect(try await engine.person("read", id: "7", requestID: "r1").status == 200)
        #expect(try await engine.repeat(["requestId": "r1"]).status == 200)
    }

    @Test func manyCallsOfOneRequestHaveOneEffect() async throws {
        let engine = try makeEngine()
        let answers = try await withThrowingTaskGroup { group in
            for _ in 0..<50 {
                group.addTask { try await engine.person("create", ["name": "Ada"], requestID: "r1") }
                group.addTask { try await engine.repeat(message("create", ["name": "Ada"], requestID: "r1")) }
            }
            return try await group.reduce(into: [EngineAnswer]()) { $0.append($1) }
        }
        #expect(Set(answers).count == 1)
        #expect(try await engine.persons().count == 1)
    }
}
