import Logging
import Support
import Synchronization
import Testing
import ZeroMQ

@testable import Bus

/// A publisher whose broker is there and does not read.
@Suite(.timeLimit(.minutes(1))) struct SlowBrokerTests {
    private static let count: UInt64 = 20_000

    @Test func whatABrokerThatDoesNotReadHasNoRoomForIsDroppedAndCounted() async throws {
        let context = Context()
        defer { context.close() }
        let mayRead = try Permission()
        let bound = Recorder<Endpoint>()
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let services = RunningServices(logger: logger)
        async let received = onSocketThread(named: "script") {
            try Self.readLate(in: context, bound: bound, after: mayRead)
        }
        let publisher = EventPublisher(
            endpoint: try await bound.wait(forCount: 1)[0],
            context: context,
            logger: logger,
            bufferLimit: 1_000
        )
        services.run(publisher)
        try await publisher.whenConnected
        let body = [UInt8](repeating: 7, count: 2_000)
        for sequence in 1...Self.count {
            publisher.publish([EventMessage(topic: Array("test.topic".utf8), sequence: sequence, body: body)])
        }
        mayRead.give()
        let sequences = try await received
        #expect(publisher.droppedEvents > 0)
        #expect(sequences.count + publisher.droppedEvents == Int(Self.count), "what is not counted arrives")
        let isInOrder = sequences == sequences.sorted()
        #expect(isInOrder)
        try await services.stopAll()
    }

    /// Takes a publisher in, reads nothing before it is told to, then everything up to the last event.
    private static func readLate(
        in context: Context,
        bound: Recorder<Endpoint>,
        after mayRead: Permission
    ) throws -> [UInt64] {
        let broker = try Socket(.xsub, in: context)
        try broker.set(.receiveHighWaterMark, to: 10)
        try broker.sendMultipart([[1]])
        bound.record(try broker.bind(.tcp(anyPortOf: "127.0.0.1")))
        var poller = Poller()
        poller.add(mayRead.waker)
        poller.add(broker)
        // Asking for events takes the connection in, without which the publisher sees no subscription.
        while !mayRead.isGiven {
            try poller.wait()
            _ = try broker.pendingEvents()
        }
        var sequences: [UInt64] = []
        while sequences.last != count, let frames = try broker.receiveMultipart(within: .seconds(20)) {
            sequences.append(frames[1].reduce(0) { $0 << 8 | UInt64($1) })
        }
        return sequences
    }
}

/// Something that is allowed once, with a waker for the thread that waits for it.
private final class Permission: Sendable {
    let waker: Waker
    private let given = Atomic(false)

    init() throws { waker = try Waker() }

    var isGiven: Bool { given.load(ordering: .acquiring) }

    func give() {
        given.store(true, ordering: .releasing)
        waker.wake()
    }
}
