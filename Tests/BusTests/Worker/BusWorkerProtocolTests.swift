import Bus
import JSON
import Logging
import ServiceLifecycle
import Synchronization
import Testing
import ZeroMQ

/// What a worker says to a broker, frame by frame, and what it does when told to.
@Suite(.timeLimit(.minutes(1))) struct BusWorkerProtocolTests {
    private let context = Context()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let endpoint = Endpoint.ipc("@scripted-\(UUIDv7.make())")

    private func configuration(credits: Int = 4) -> BusWorker.Configuration {
        BusWorker.Configuration(
            service: "text",
            endpoint: endpoint,
            credits: credits,
            announcement: ["tags": ["t"]],
            drainTimeout: .seconds(20),
            heartbeat: .seconds(5)
        )
    }

    private func play(_ script: @escaping @Sendable (borrowing ScriptedBroker) throws -> Void) async throws {
        try await onSocketThread(named: "script") { [context, endpoint] in
            try script(try ScriptedBroker(in: context, at: endpoint))
        }
    }

    /// Runs a worker until the script is over.
    private func withWorker(
        _ configuration: BusWorker.Configuration,
        handler: @escaping BusWorker.Handler,
        script: @escaping @Sendable (borrowing ScriptedBroker) throws -> Void
    ) async throws {
        let worker = BusWorker(configuration, context: context, logger: logger, handler: handler)
        let running = Task { try await worker.run() }
        do {
            try await play(script)
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    @Test func itAnnouncesItselfAndAnswersUnderTheBrokersCorrelation() async throws {
        try await withWorker(configuration()) { request in
            #expect(request.service == "text")
            #expect(request.operation == "execute")
            #expect(request.annotations == ["id": "7"])
            #expect(request.deadline != nil)
            #expect(request.isRepeated)
            return BusReply(status: .created, annotations: ["etag": "3"], body: request.body.reversed())
        } script: { broker in
            let (peer, ready) = try broker.admit()
            #expect(ready.service == "text")
            #expect(ready.credits == 4)
            #expect(ready.body == Array(#"{"tags":["t"]}"#.utf8))
            var request = Envelope(.request, flags: [.repeated], service: "text", operation: "execute")
            request.correlation = 99
            request.timeLeft = 5000
            request.annotations = ["id": "7"]
            request.body = [1, 2, 3]
            try broker.send(request, to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect(reply.correlation == 99)
            #expect(reply.status == .created)
            #expect(reply.annotations == ["etag": "3"])
            #expect(reply.body == [3, 2, 1])
        }
    }

    @Test func aThrownProblemIsItsReplyAndAnyOtherErrorIsA500() async throws {
        struct Surprise: Error {}
        try await withWorker(configuration()) { request in
            switch request.operation {
            case "problem": throw Problem(.conflict, "It exists already.")
            case "bus": throw BusError(.timedOut, "state read: no reply in time")
            default: throw Surprise()
            }
        } script: { broker in
            let (peer, _) = try broker.admit()
            for (operation, status) in [("problem", Status.conflict), ("bus", 504), ("other", 500)] {
                try broker.send(Envelope(.request, service: "text", operation: operation, correlation: 1), to: peer)
                let (_, reply) = try broker.expect(.reply)
                #expect(reply.status == status)
                #expect(reply.annotations["content-type"] == "application/problem+json")
                #expect(try JSONValue(parsing: reply.body)["status"]?.intValue == Int(status.rawValue))
            }
        }
    }

    @Test func aCancelFrameCancelsTheHandlerAndTheReplyStillGivesTheCreditBack() async throws {
        try await withWorker(configuration()) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 5), to: peer)
            try broker.send(Envelope(.cancel, correlation: 5), to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect(reply.correlation == 5)
            #expect(reply.status == .clientClosedRequest)
        }
    }

    @Test(arguments: [false, true])
    func manyHandlersRunAtOnce(_ mayBlock: Bool) async throws {
        var configuration = configuration(credits: 50)
        configuration.handlersMayBlock = mayBlock
        let gate = Gate(opensAt: 50)
        try await withWorker(configuration) { request in
            await gate.arrive()
            return BusReply(body: request.body)
        } script: { broker in
            let (peer, _) = try broker.admit()
            for number in 0..<50 {
                let body = [UInt8(number)]
                try broker.send(
                    Envelope(.request, service: "text", operation: "a", correlation: UInt64(number), body: body),
                    to: peer
                )
            }
            for _ in 0..<50 {
                let (_, reply) = try broker.expect(.reply)
                #expect(reply.body == [UInt8(reply.correlation)])
            }
        }
    }

    @Test func moreThanItsCreditsIsRefusedAndNotQueued() async throws {
        try await withWorker(configuration(credits: 1)) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 2), to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect(reply.correlation == 2)
            #expect(reply.status == .serviceUnavailable)
        }
    }

    @Test func aBrokerThatHasForgottenItHearsTheAnnouncementAgain() async throws {
        let release = Gate(opensAt: 2)
        try await withWorker(configuration(credits: 3)) { _ in
            await release.arrive()
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            let (_, again) = try broker.admit()
            #expect(again.credits == 2, "one place is still taken")
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect(reply.correlation == 1)
        }
    }

    @Test func aForgottenRequestsHandlerIsCancelled() async throws {
        try await withWorker(configuration(credits: 3)) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            _ = try broker.admit()
            #expect(try broker.expect(.credit).envelope.credits == 3)
        }
    }

    @Test func aPlaceThatAForgottenRequestTookIsOfferedAgainWhenItIsFree() async throws {
        let release = Gate(opensAt: 2)
        try await withWorker(configuration(credits: 3)) { _ in
            await release.arrive()
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            _ = try broker.admit()
            Task { await release.arrive() }
            let (_, credit) = try broker.expect(.credit)
            #expect(credit.credits == 3)
        }
    }

    @Test func itSaysThatItIsAlive() async throws {
        var configuration = configuration()
        configuration.heartbeat = .milliseconds(50)
        try await withWorker(configuration) { _ in
            .empty()
        } script: { broker in
            _ = try broker.admit()
            #expect(try broker.expect(.heartbeat).envelope.service == "text")
        }
    }

    @Test func itComesBackToABrokerThatWasSilent() async throws {
        var configuration = configuration()
        configuration.heartbeat = .milliseconds(50)
        try await withWorker(configuration) { _ in
            .empty()
        } script: { broker in
            let (before, _) = try broker.admit()
            let (after, _) = try broker.admit()
            #expect(before != after)
        }
    }

    @Test func aRequestWithUnreadableAnnotationsIsAnswered400() async throws {
        try await withWorker(configuration()) { _ in
            .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            var frame = try Envelope(
                .request,
                service: "text",
                operation: "a",
                correlation: 3,
                annotations: ["id": "7"]
            ).encodedBytes()
            frame[frame.count - 4] = UInt8(ascii: "?")
            try broker.sendRaw(frame, to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect(reply.correlation == 3)
            #expect(reply.status == .badRequest)
        }
    }

    @Test func anExpiredRequestIsNotStarted() async throws {
        // Handlers that block fill the shared threads, so that the last request has to wait for its turn.
        var configuration = configuration(credits: 64)
        configuration.handlersMayBlock = true
        let started = Atomic(0)
        try await withWorker(configuration) { request in
            if request.operation == "late" { started.add(1, ordering: .relaxed) }
            return .empty()
        } script: { broker in
            let (peer, _) = try broker.admit()
            var late = Envelope(.request, service: "text", operation: "late", correlation: 1)
            late.timeLeft = 1
            try broker.send(late, to: peer)
            let (_, reply) = try broker.expect(.reply)
            #expect([504, 204].contains(reply.status.rawValue))
            #expect((started.load(ordering: .relaxed) == 0) == (reply.status == .gatewayTimeout))
        }
    }
}
