import Glibc
import Synchronization
import Testing
import ZeroMQ

/// How many signals the waiting threads have seen.
private let signals = Atomic(0)

@Suite(.serialized, .timeLimit(.minutes(1))) struct SignalTests {
    init() {
        signal(SIGUSR2) { _ in signals.add(1, ordering: .relaxed) }
    }

    @Test func aSignalDoesNotEndAReceive() async throws {
        try await interrupting { context, endpoint in
            let socket = try Socket(.pull, in: context)
            try socket.bind(endpoint)
            return try socket.receiveMultipart(within: nil) ?? []
        } finish: { context, endpoint in
            let socket = try Socket(.push, in: context)
            try socket.connect(endpoint)
            try socket.sendMultipart([[1]])
        }
    }

    @Test func aSignalDoesNotEndAWaitWithADeadline() async throws {
        try await interrupting { context, endpoint in
            let socket = try Socket(.pull, in: context)
            try socket.bind(endpoint)
            guard try socket.wait(for: .readable, until: .now + .seconds(50)) else { return [] }
            return try socket.receiveMultipart(within: .zero) ?? []
        } finish: { context, endpoint in
            let socket = try Socket(.push, in: context)
            try socket.connect(endpoint)
            try socket.sendMultipart([[1]])
        }
    }

    /// Sends signals to a thread that waits, until it has seen several, and then lets it finish.
    private func interrupting(
        _ wait: @escaping @Sendable (Context, Endpoint) throws -> [[UInt8]],
        finish: (Context, Endpoint) throws -> Void
    ) async throws {
        let context = Context()
        let endpoint = TestEndpoint.unique()
        let (threads, started) = AsyncStream.makeStream(of: pthread_t.self)
        async let received = onSocketThread(named: "interrupted") {
            allowSignal()
            started.yield(pthread_self())
            return try wait(context, endpoint)
        }
        for await thread in threads {
            let enough = signals.load(ordering: .relaxed) + 20
            while signals.load(ordering: .relaxed) < enough {
                pthread_kill(thread, SIGUSR2)
                await Task.yield()
            }
            break
        }
        try finish(context, endpoint)
        #expect(try await received == [[1]])
    }
}

/// Lets this thread be interrupted: it inherits the mask of a thread of Swift's, where every signal is blocked.
private func allowSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}
