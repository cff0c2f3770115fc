import Bus
import Foundation
import JSON
import Support
import Testing

/// What a worker owes the bus, in Swift and in Python: the latter was written from docs/protocol.md alone.
@Suite(.timeLimit(.minutes(1))) struct WorkerContractTests {
    private static let service = ContractWorker.service

    @Test(arguments: ContractWorker.allCases)
    func bodiesAndAnnotationsComeBackAsTheyWent(_ worker: ContractWorker) async throws {
        try await worker.with { bus in
            let client = bus.client()
            let annotations: Annotations = ["x-odd": "100 % of\nlines: ü\u{7F}", "x-plain": "a b", "x-empty": ""]
            for size in [0, 1, 255, 70_000, 1_048_576] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
                let reply = try await client.request(Self.service, "echo", body: body, annotations: annotations)
                #expect(reply.status == 200)
                #expect(reply.body == body)
                #expect(reply.annotations == annotations)
            }
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func aRequestIsToldAsItWasSent(_ worker: ContractWorker) async throws {
        try await worker.with { bus in
            let id = RequestID()
            let reply = try await bus.client().request(Self.service, "tell", repeatable: true, requestID: id)
            let expected: JSONValue = ["requestId": .string(id.description), "isRepeated": false, "hasDeadline": true]
            #expect(try reply.json() == expected)
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func aRefusalIsItsReplyAndAnErrorIsA500(_ worker: ContractWorker) async throws {
        try await worker.with { bus in
            let client = bus.client()
            let refused = try await client.request(Self.service, "refuse")
            #expect(refused.status == 404)
            #expect(try refused.json()["error"] == "Not here: ü")
            #expect(refused.annotations[Annotations.contentType] == "application/problem+json")
            let failed = try await client.request(Self.service, "fail")
            #expect(failed.status == 500)
            #expect(try failed.json()["error"]?.stringValue?.contains("purpose") == false, "details stay inside")
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func requestsRunAtOnceAndMoreThanItsCreditsWaitAtTheBroker(_ worker: ContractWorker) async throws {
        try await worker.with(credits: 4) { bus in
            let client = bus.client()
            try await withThrowingTaskGroup { group in
                for _ in 0..<3 { group.addTask { try await client.request(Self.service, "wait").status } }
                _ = try await client.request(Self.service, "entered")
                for _ in 0..<50 { group.addTask { try await client.request(Self.service, "echo").status } }
                group.addTask { try await client.request(Self.service, "release").status }
                for try await status in group { #expect(status == 200 || status == 204) }
            }
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func aRequestThatNobodyWaitsForIsCancelled(_ worker: ContractWorker) async throws {
        try await worker.with(credits: 2) { bus in
            let client = bus.client()
            let waiting = Task { try await client.request(Self.service, "wait") }
            _ = try await client.request(Self.service, "entered")
            waiting.cancel()
            let error = await #expect(throws: BusError.self) { try await waiting.value }
            #expect(error?.code == .cancelled)
            #expect(try await client.request(Self.service, "cancelled").status == 204)
            // Its credit came back: both can be used again.
            for _ in 0..<10 { #expect(try await client.request(Self.service, "echo").status == 200) }
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func aDeadlineThatPassesCancelsTheRequest(_ worker: ContractWorker) async throws {
        try await worker.with { bus in
            let client = bus.client()
            _ = try await client.request(Self.service, "echo")  // the client is connected
            let error = await #expect(throws: BusError.self) {
                try await client.request(Self.service, "wait", within: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            let cancelled = try await client.request(Self.service, "cancelled")
            #expect(cancelled.status == 204)
        }
    }

    @Test(arguments: ContractWorker.allCases)
    func manyRequestsAtOnceAreAllAnswered(_ worker: ContractWorker) async throws {
        try await worker.with { bus in
            let client = bus.client()
            try await withThrowingTaskGroup { group in
                for index in 0..<2_000 {
                    group.addTask {
                        let body = Array("\(index)".utf8)
                        return try await client.request(Self.service, "echo", body: body).body == body
                    }
                }
                for try await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func aWorkerInPythonAnswersWhatItHasInHandBeforeItEnds() async throws {
        try await withTestBus(.tcp) { bus in
            let client = bus.client()
            let process = try ContractWorker.startPython(on: bus, credits: 4)
            try await process.expectLine("ready")
            let waiting = Task { try await client.request(Self.service, "wait") }
            _ = try await client.request(Self.service, "entered")
            process.terminate()
            try await process.expectLine("stopping")
            try process.write("release")
            #expect(try await waiting.value.status == 200)
            try await process.expectLine("ended")
            #expect(await process.exitCode == 0)
            let error = await #expect(throws: BusError.self) { try await client.request(Self.service, "echo") }
            #expect(error?.code == .noWorker)
        }
    }

    @Test func aWorkerInPythonComesBackToABrokerThatWasAway() async throws {
        try await withTestBus(.tcp) { bus in
            let process = try ContractWorker.startPython(on: bus, credits: 4)
            defer { process.kill() }
            try await process.expectLine("ready")
            try await bus.stopBroker()
            try await bus.startBroker()
            try await process.expectLine("ready")
            #expect(try await bus.client().request(Self.service, "echo").status == 200)
        }
    }

    @Test func whatAKilledWorkerHadInHandGoesToAnother() async throws {
        try await withTestBus(.tcp) { bus in
            let client = bus.client()
            let first = try ContractWorker.startPython(on: bus, credits: 4)
            try await first.expectLine("ready")
            let repeatable = Task { try await client.request(Self.service, "wait", repeatable: true) }
            let other = Task { try await client.request(Self.service, "wait") }
            _ = try await client.request(Self.service, "entered")
            let second = try ContractWorker.startPython(on: bus, credits: 4)
            defer { second.kill() }
            try await second.expectLine("ready")
            first.kill()
            let error = await #expect(throws: BusError.self) { try await other.value }
            #expect(error?.code == .workerLost)
            let released = try await client.request(Self.service, "release")
            #expect(released.status == 204)
            #expect(try await repeatable.value.status == 200)
        }
    }
}
