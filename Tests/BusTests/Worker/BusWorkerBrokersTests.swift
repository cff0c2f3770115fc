import Bus
import Logging
import ServiceLifecycle
import Support
import Testing
import ZeroMQ

/// One worker and two brokers that do what a test tells them: the limit they share, and repeats that change sides.
@Suite(.timeLimit(.minutes(1))) struct BusWorkerBrokersTests {
    private let context = Context()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let endpoints = [
        Endpoint.ipc("@scripted-\(UUIDv7.make())"), Endpoint.ipc("@scripted-\(UUIDv7.make())"),
    ]

    /// A broker of the script, and the worker as it knows it.
    private struct Side: ~Copyable {
        let broker: ScriptedBroker
        var peer: [UInt8] = []

        func request(
            _ correlation: UInt64,
            id: RequestID = RequestID(),
            flags: Envelope.Flags = [],
            priority: UInt8 = 4,
            within milliseconds: UInt32 = 0
        ) throws {
            var request = Envelope(.request, flags: flags, service: "text", operation: "a", correlation: correlation)
            request.requestID = id
            request.priority = priority
            request.timeLeft = milliseconds
            request.body = [UInt8(correlation)]
            try broker.send(request, to: peer)
        }

        func cancel(_ correlation: UInt64) throws {
            try broker.send(Envelope(.cancel, correlation: correlation), to: peer)
        }

        /// Returns when the worker has taken in all that was sent.
        func settle() throws { try broker.settle(peer) }

        func reply() throws -> Envelope { try broker.expect(.reply).envelope }

        /// Forgets the worker and takes it in again: what it had in hand is not wanted any more.
        mutating func forget() throws {
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            peer = try broker.admit().peer
        }
    }

    private func withWorker(
        credits: Int,
        handler: @escaping BusWorker.Handler,
        script: @escaping @Sendable (_ one: inout Side, _ two: inout Side) throws -> Void
    ) async throws {
        let configuration = BusWorker.Configuration(
            service: "text",
            endpoints: endpoints,
            credits: credits,
            heartbeat: .seconds(5)
        )
        let worker = BusWorker(configuration, context: context, logger: logger, handler: handler)
        let running = Task { try await worker.run() }
        defer { running.cancel() }
        try await onSocketThread(named: "script") { [context, endpoints] in
            var one = Side(broker: try ScriptedBroker(in: context, at: endpoints[0]))
            var two = Side(broker: try ScriptedBroker(in: context, at: endpoints[1]))
            one.peer = try one.broker.admit().peer
            two.peer = try two.broker.admit().peer
            try script(&one, &two)
        }
        running.cancel()
        try await running.value
    }

    @Test func everyBrokerIsToldTheFullNumber() async throws {
        let worker = BusWorker(
            .init(service: "text", endpoints: endpoints, credits: 7),
            context: context,
            logger: logger
        ) { _ in .empty() }
        let running = Task { try await worker.run() }
        try await onSocketThread(named: "script") { [context, endpoints] in
            for endpoint in endpoints {
                let broker = try ScriptedBroker(in: context, at: endpoint)
                #expect(try broker.admit().ready.credits == 7)
            }
        }
        running.cancel()
        try await running.value
    }

    @Test func whatSeveralBrokersSendBeyondTheLimitWaitsByPriority() async throws {
        let started = Recorder<UInt8>()
        let release = Gate(opensAt: 2)
        try await withWorker(credits: 2) { request in
            started.record(request.body[0])
            if request.body[0] == 1 { await release.arrive() }
            if request.body[0] == 2 { try await Task.sleep(for: .seconds(600)) }
            return BusReply(body: request.body)
        } script: { one, two in
            try one.request(1)
            try one.request(2)
            try one.settle()
            try two.request(3, priority: 2)
            try two.request(4, priority: 8)
            try two.settle()
            Task { await release.arrive() }
            #expect(try one.reply().body == [1])
            #expect(try two.reply().correlation == 4)
            #expect(try two.reply().correlation == 3)
            try one.cancel(2)
            #expect(try one.reply().status == .clientClosedRequest)
        }
        #expect(started.elements == [1, 2, 4, 3])
    }

    @Test func aRequestThatWaitsForAPlaceIsDroppedWhenItIsCancelled() async throws {
        let started = Recorder<UInt8>()
        try await withWorker(credits: 1) { request in
            started.record(request.body[0])
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { one, two in
            try one.request(1)
            try one.settle()
            try two.request(2)
            try two.cancel(2)
            #expect(try two.reply().status == .clientClosedRequest)
        }
        #expect(started.elements == [1])
    }

    @Test func aRequestThatWaitsForAPlaceIsDroppedAtItsDeadline() async throws {
        let started = Recorder<UInt8>()
        try await withWorker(credits: 1) { request in
            started.record(request.body[0])
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { one, two in
            try one.request(1)
            try one.settle()
            try two.request(2, within: 30)
            #expect(try two.reply().status == .gatewayTimeout)
        }
        #expect(started.elements == [1])
    }

    @Test func aRepeatThatComesByAnotherBrokerGetsTheSameReply() async throws {
        let started = Recorder<UInt8>()
        try await withWorker(credits: 4) { request in
            started.record(request.body[0])
            return BusReply(status: .created, annotations: ["etag": "1"], body: request.body)
        } script: { one, two in
            let id = RequestID()
            try one.request(1, id: id, flags: [.repeatable])
            let first = try one.reply()
            try two.request(2, id: id, flags: [.repeatable, .repeated])
            let again = try two.reply()
            #expect(again.correlation == 2)
            #expect((again.status, again.body) == (first.status, first.body))
            #expect(again.annotations == first.annotations)
        }
        #expect(started.elements == [1])
    }

    @Test func aRepeatOfWhatStillRunsGetsItsReplyAlsoWhenTheFirstConnectionIsLost() async throws {
        let started = Recorder<UInt8>()
        let release = Gate(opensAt: 2)
        try await withWorker(credits: 4) { request in
            started.record(request.body[0])
            await release.arrive()
            try Task.checkCancellation()
            return BusReply(body: request.body)
        } script: { one, two in
            let id = RequestID()
            try one.request(1, id: id, flags: [.repeatable])
            try one.settle()
            try one.forget()
            try two.request(2, id: id, flags: [.repeatable, .repeated])
            try two.request(3)
            #expect(try Set([two.reply().body, two.reply().body]) == [[1], [3]])
        }
        #expect(Set(started.elements) == [1, 3])
    }

    @Test func theHandlerIsCancelledOnlyWhenNobodyWaitsForItAnyMore() async throws {
        try await withWorker(credits: 4) { request in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { one, two in
            let id = RequestID()
            try one.request(1, id: id, flags: [.repeatable])
            try one.settle()
            try two.request(2, id: id, flags: [.repeatable, .repeated])
            try two.settle()
            try one.cancel(1)
            try one.settle()
            try two.cancel(2)
            #expect(try two.reply().status == .clientClosedRequest)
            #expect(try one.reply().status == .clientClosedRequest)
        }
    }

    @Test func whatGoesOnForARepeatEndsAtItsDeadline() async throws {
        try await withWorker(credits: 4) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { one, _ in
            try one.request(1, flags: [.repeatable], within: 3_000)
            try one.settle()
            try one.forget()
            #expect(try one.broker.expect(.credit).envelope.credits == 4)
        }
    }

    @Test func whatMayNotBeRepeatedIsCancelledWithItsConnection() async throws {
        try await withWorker(credits: 4) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        } script: { one, _ in
            try one.request(1)
            try one.forget()
            #expect(try one.broker.expect(.credit).envelope.credits == 4)
        }
    }

    @Test func aRefusalByOneBrokerEndsTheWorker() async throws {
        let worker = BusWorker(.init(service: "text", endpoints: endpoints), context: context, logger: logger) { _ in
            .empty()
        }
        async let played: Void = onSocketThread(named: "script") { [context, endpoints] in
            let one = try ScriptedBroker(in: context, at: endpoints[0])
            let two = try ScriptedBroker(in: context, at: endpoints[1])
            _ = try one.admit()
            let (peer, _) = try two.expect(.ready)
            try two.send(Envelope(.goodbye, status: .forbidden), to: peer)
            _ = try one.expect(.goodbye)
        }
        let error = await #expect(throws: BusError.self) { try await worker.run() }
        #expect(error?.code == .refused)
        try await played
    }

    @Test func aWorkerWithoutAnyBrokerIsRefused() async throws {
        let worker = BusWorker(.init(service: "text", endpoints: []), context: context, logger: logger) { _ in .empty()
        }
        let error = await #expect(throws: BusError.self) { try await worker.run() }
        #expect(error?.code == .refused)
    }
}
