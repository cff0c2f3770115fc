import Bus
import Logging
import Support
import Testing
import ZeroMQ

/// Replies in parts: as many as the client takes, in order, before the reply that ends them.
@Suite(.timeLimit(.minutes(1))) struct ReplyPartsTests {
    private let context = Context()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let endpoint = Endpoint.ipc("@scripted-\(UUIDv7.make())")

    private func withWorker(
        handler: @escaping BusWorker.Handler,
        script: @escaping @Sendable (borrowing ScriptedBroker, _ peer: [UInt8]) throws -> Void
    ) async throws {
        let worker = BusWorker(
            .init(service: "text", endpoint: endpoint, credits: 4, heartbeat: .seconds(5)),
            context: context,
            logger: logger,
            handler: handler
        )
        let running = Task { try await worker.run() }
        defer { running.cancel() }
        try await onSocketThread(named: "script") { [context, endpoint] in
            let broker = try ScriptedBroker(in: context, at: endpoint)
            try script(broker, try broker.admit().peer)
        }
        running.cancel()
        try await running.value
    }

    private static func request(_ correlation: UInt64 = 5, parts: UInt16) -> Envelope {
        Envelope(.request, service: "text", operation: "a", correlation: correlation, credits: parts)
    }

    private static func grant(_ parts: UInt16, for correlation: UInt64 = 5) -> Envelope {
        Envelope(.credit, correlation: correlation, credits: parts)
    }

    @Test func partsComeInOrderBeforeTheReply() async throws {
        try await withWorker { request in
            for number in 1...3 { try await request.parts?.send([UInt8(number)], annotations: ["id": "\(number)"]) }
            return BusReply(status: .created, body: [9])
        } script: { broker, peer in
            try broker.send(Self.request(parts: 3), to: peer)
            for number in 1...3 {
                let part = try broker.expect(.partial).envelope
                #expect(part.correlation == 5)
                #expect(part.status == .ok)
                #expect(part.body == [UInt8(number)])
                #expect(part.annotations == ["id": "\(number)"])
            }
            #expect(try broker.expect(.reply).envelope.body == [9])
        }
    }

    @Test func aClientThatTakesNoPartsIsSentNone() async throws {
        try await withWorker { request in
            BusReply(body: [request.parts == nil ? 1 : 0])
        } script: { broker, peer in
            try broker.send(Self.request(parts: 0), to: peer)
            #expect(try broker.expect(.reply).envelope.body == [1])
        }
    }

    @Test func theHandlerWaitsUntilTheClientTakesMore() async throws {
        let sent = Recorder<Int>()
        try await withWorker { request in
            for number in 1...5 {
                try await request.parts?.send([UInt8(number)])
                sent.record(number)
            }
            return .empty()
        } script: { broker, peer in
            try broker.send(Self.request(parts: 2), to: peer)
            #expect(try broker.expect(.partial).envelope.body == [1])
            #expect(try broker.expect(.partial).envelope.body == [2])
            #expect(sent.elements.count <= 2)
            try broker.send(Self.grant(1), to: peer)
            #expect(try broker.expect(.partial).envelope.body == [3])
            #expect(sent.elements.count <= 3)
            try broker.send(Self.grant(7), to: peer)
            #expect(try broker.expect(.partial).envelope.body == [4])
            #expect(try broker.expect(.partial).envelope.body == [5])
            #expect(try broker.expect(.reply).envelope.status == .noContent)
        }
    }

    @Test func aHandlerThatWaitsHearsThatItsClientHasGivenUp() async throws {
        let heard = Recorder<Bool>()
        try await withWorker { request in
            do {
                try await request.parts?.send([1])
                try await request.parts?.send([2])
            } catch {
                heard.record(error is CancellationError)
                throw error
            }
            return .empty()
        } script: { broker, peer in
            try broker.send(Self.request(parts: 1), to: peer)
            _ = try broker.expect(.partial)
            try broker.send(Envelope(.cancel, correlation: 5), to: peer)
            #expect(try broker.expect(.reply).envelope.status == .clientClosedRequest)
        }
        #expect(heard.elements == [true])
    }

    @Test func nothingIsSentUnderACorrelationThatTheBrokerHasForgotten() async throws {
        let heard = Recorder<Bool>()
        try await withWorker { request in
            do {
                while true { try await request.parts?.send([1]) }
            } catch {
                heard.record(error is CancellationError)
                throw error
            }
        } script: { broker, peer in
            var request = Self.request(parts: 1)
            request.flags = .repeatable
            request.requestID = RequestID()
            try broker.send(request, to: peer)
            _ = try broker.expect(.partial)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            _ = try broker.admit()
            #expect(try broker.expect(.credit).envelope.credits == 4)
        }
        #expect(heard.elements == [true])
    }

    @Test func aGrantForWhatIsAnsweredIsIgnored() async throws {
        try await withWorker { _ in
            .empty()
        } script: { broker, peer in
            try broker.send(Self.request(parts: 1), to: peer)
            _ = try broker.expect(.reply)
            try broker.send(Self.grant(5), to: peer)
            try broker.send(Self.request(6, parts: 0), to: peer)
            #expect(try broker.expect(.reply).envelope.correlation == 6)
        }
    }

    @Test func aPartThatCannotBeSentIsTheHandlersError() async throws {
        try await withWorker { request in
            await #expect(throws: EnvelopeError.self) {
                try await request.parts?.send([], annotations: ["No Name": "x"])
            }
            try await request.parts?.send([1])
            return .empty()
        } script: { broker, peer in
            try broker.send(Self.request(parts: 1), to: peer)
            #expect(try broker.expect(.partial).envelope.body == [1])
            #expect(try broker.expect(.reply).envelope.status == .noContent)
        }
    }
}
