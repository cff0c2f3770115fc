import Bus
import Glibc
import Logging
import ServiceLifecycle
import Support
import Testing
import ZeroMQ

/// How a worker ends: what is in hand is finished and answered, what is not finished in time is cancelled.
@Suite(.timeLimit(.minutes(1))) struct BusWorkerDrainTests {
    private let context = Context()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let endpoint = Endpoint.ipc("@scripted-\(UUIDv7.make())")

    private func worker(
        drainTimeout: Duration = .seconds(20),
        handler: @escaping BusWorker.Handler
    ) -> BusWorker {
        var configuration = BusWorker.Configuration(
            service: "text",
            endpoint: endpoint,
            credits: 4,
            drainTimeout: drainTimeout,
            heartbeat: .seconds(5)
        )
        // Handlers end on threads that other tests keep busy.
        configuration.cancellationGrace = .seconds(20)
        return BusWorker(configuration, context: context, logger: logger, handler: handler)
    }

    /// Runs the worker in a group that the script can shut down, and returns when both have ended.
    private func run(
        _ worker: BusWorker,
        script: @escaping @Sendable (borrowing ScriptedBroker, _ shutDown: () -> Void) throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [worker], logger: logger)
        async let ended: Void = group.run()
        try await onSocketThread(named: "script") { [context, endpoint] in
            try script(try ScriptedBroker(in: context, at: endpoint)) {
                Task { await group.triggerGracefulShutdown() }
            }
        }
        try await ended
    }

    @Test func whatIsInHandIsAnsweredBeforeItEnds() async throws {
        let gate = Gate(opensAt: 2)
        let worker = worker { request in
            await gate.arrive()
            return BusReply(body: request.body)
        }
        try await run(worker) { broker, shutDown in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1, body: [1]), to: peer)
            shutDown()
            _ = try broker.expect(.goodbye)
            // Sent before the broker had read the goodbye: it counts, too.
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 2, body: [2]), to: peer)
            try broker.send(Envelope(.goodbye), to: peer)
            let replies = [try broker.expect(.reply).envelope, try broker.expect(.reply).envelope]
            #expect(Set(replies.map(\.correlation)) == [1, 2])
            #expect(replies.allSatisfy { $0.status == .ok })
        }
    }

    @Test func whatABrokerSendsThatHadNotAnsweredYetIsAnswered() async throws {
        let worker = worker { BusReply(body: $0.body) }
        try await run(worker) { broker, shutDown in
            let (peer, ready) = try broker.expect(.ready)
            shutDown()
            _ = try broker.expect(.goodbye)
            try broker.send(Envelope(.ready, service: ready.service), to: peer)
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1, body: [1]), to: peer)
            try broker.send(Envelope(.goodbye), to: peer)
            #expect(try broker.expect(.reply).envelope.body == [1])
        }
    }

    @Test func aBrokerThatShutsDownHasNotReadTheGoodbye() async throws {
        let worker = worker { BusReply(body: $0.body) }
        try await run(worker) { broker, shutDown in
            let (peer, _) = try broker.admit()
            shutDown()
            _ = try broker.expect(.goodbye)
            try broker.send(Envelope(.goodbye, status: .serviceUnavailable), to: peer)
            try broker.settle(peer)
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1, body: [1]), to: peer)
            #expect(try broker.expect(.reply).envelope.body == [1])
            try broker.send(Envelope(.goodbye), to: peer)
        }
    }

    /// What is repeatable goes on without the connection; its thread has nothing to do meanwhile.
    @Test func aConnectionThatIsCutWhileItDrainsCostsNoTime() async throws {
        let times = Recorder<Duration>()
        let worker = worker(drainTimeout: .milliseconds(500)) { _ in
            let clock = ThreadClock()
            do {
                try await Task.sleep(for: .seconds(600))
            } catch {
                times.record(clock.elapsed)
            }
            return .empty()
        }
        try await run(worker) { broker, shutDown in
            let (peer, _) = try broker.admit()
            var request = Envelope(.request, flags: .repeatable, service: "text", operation: "a", correlation: 1)
            request.requestID = RequestID()
            try broker.send(request, to: peer)
            try broker.settle(peer)
            shutDown()
            _ = try broker.expect(.goodbye)
        }
        let time = try #require(times.elements.first)
        #expect(time < .milliseconds(100))
    }

    @Test func itSaysThatItIsAliveWhileItDrains() async throws {
        let gate = Gate(opensAt: 2)
        let worker = BusWorker(
            .init(service: "text", endpoint: endpoint, heartbeat: .seconds(3)),
            context: context,
            logger: logger
        ) { _ in
            await gate.arrive()
            return .empty()
        }
        try await run(worker) { broker, shutDown in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            shutDown()
            _ = try broker.expect(.goodbye)
            try broker.send(Envelope(.goodbye), to: peer)
            _ = try broker.expect(.heartbeat)
            try broker.send(Envelope(.heartbeat), to: peer)
            _ = try broker.expect(.heartbeat)
            Task { await gate.arrive() }
            #expect(try broker.expect(.reply).envelope.status == .noContent)
        }
    }

    @Test func aWorkerThatTheBrokerRefusesEndsWithItsReason() async throws {
        let worker = worker { _ in .empty() }
        async let played: Void = onSocketThread(named: "script") { [context, endpoint] in
            let broker = try ScriptedBroker(in: context, at: endpoint)
            let (peer, _) = try broker.expect(.ready)
            let problem = Problem(.forbidden, "The name is the broker's own.")
            try broker.send(Envelope(.goodbye, status: .forbidden, body: problem.bytes), to: peer)
        }
        let error = await #expect(throws: BusError.self) { try await worker.run() }
        #expect(error?.code == .refused)
        #expect(error?.message == "the broker does not take a worker of text: The name is the broker's own.")
        try await played
    }

    @Test func aHandlerThatTakesTooLongIsCancelled() async throws {
        let worker = worker(drainTimeout: .milliseconds(50)) { _ in
            try await Task.sleep(for: .seconds(600))
            return .empty()
        }
        try await run(worker) { broker, shutDown in
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            try broker.settle(peer)
            shutDown()
            _ = try broker.expect(.goodbye)
            try broker.send(Envelope(.goodbye), to: peer)
            #expect(try broker.expect(.reply).envelope.status == .clientClosedRequest)
        }
    }

    @Test func aWorkerWithoutABrokerEndsAtOnce() async throws {
        let worker = worker { _ in .empty() }
        let group = ServiceGroup(services: [worker], logger: logger)
        async let ended: Void = group.run()
        await group.triggerGracefulShutdown()
        try await ended
        await #expect(throws: BusError.self) { try await worker.whenReady }
    }

    @Test func cancellingEndsItWithItsHandlers() async throws {
        let started = Gate(opensAt: 2)
        let worker = worker { _ in
            await started.arrive()
            try await Task.sleep(for: .seconds(600))
            return .empty()
        }
        let running = Task { try await worker.run() }
        try await onSocketThread(named: "script") { [context, endpoint] in
            let broker = try ScriptedBroker(in: context, at: endpoint)
            let (peer, _) = try broker.admit()
            try broker.send(Envelope(.request, service: "text", operation: "a", correlation: 1), to: peer)
            Task {
                await started.arrive()
                running.cancel()
            }
            _ = try broker.expect(.goodbye)
        }
        try await running.value
    }

    @Test func aSecondRunIsRefused() async throws {
        let worker = worker { _ in .empty() }
        let running = Task { try await worker.run() }
        running.cancel()
        try await running.value
        await #expect(throws: BusError.self) { try await worker.run() }
    }

    @Test func itEndsWithItsContext() async throws {
        let worker = worker { _ in .empty() }
        let running = Task { try await worker.run() }
        try await onSocketThread(named: "script") { [context, endpoint] in
            _ = try ScriptedBroker(in: context, at: endpoint).admit()
        }
        try await worker.whenReady
        context.shutdown()
        try await running.value
    }
}

/// How much processor time the thread takes on which this is made: that of the socket, where a handler begins.
private struct ThreadClock {
    private let id: clockid_t
    private let start: Duration

    init() {
        var id = clockid_t()
        pthread_getcpuclockid(pthread_self(), &id)
        self.id = id
        start = Self.time(of: id)
    }

    /// Until now; the thread must still run.
    var elapsed: Duration { Self.time(of: id) - start }

    private static func time(of id: clockid_t) -> Duration {
        var time = timespec()
        clock_gettime(id, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
