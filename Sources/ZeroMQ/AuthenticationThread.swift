import Synchronization

/// The thread that answers libzmq's questions about peers, on the endpoint that RFC 27 names.
struct AuthenticationThread: ~Copyable {
    private static let endpoint = Endpoint.inproc("zeromq.zap.01")

    private let socket: Socket
    private let waker: Waker
    private let context: Context

    private init(in context: Context, waker: Waker) throws(ZMQError) {
        let socket = try Socket(.rep, in: context)
        try socket.bind(Self.endpoint)
        self.socket = socket
        self.waker = waker
        self.context = context
    }

    /// Starts to answer: from now on there is somebody to be asked.
    static func start(in context: Context) throws(ZMQError) -> Waker {
        let waker = try Waker()
        let handover = Handover(try AuthenticationThread(in: context, waker: waker))
        try SocketThread.start(named: "zmq-auth") { handover.take()?.run() }
        return waker
    }

    private consuming func run() {
        do throws(ZMQError) {
            try serve()
        } catch {
            // Its context was shut down: libzmq asks no more.
            context.authenticators.withLock { $0.threadHasEnded() }
        }
    }

    private func serve() throws(ZMQError) {
        var poller = Poller()
        poller.add(socket)
        poller.add(waker)
        while true {
            waker.reset()
            if try endIfIdle() { return }
            while let frames = try socket.receiveMultipart(within: .zero) { try answer(frames) }
            if try socket.pendingEvents().contains(.readable) { continue }
            try poller.wait()
        }
    }

    /// Gives the name back under the lock, so that the next thread can have it.
    private func endIfIdle() throws(ZMQError) -> Bool {
        let (isOver, failure) = context.authenticators.withLock { table -> (Bool, ZMQError?) in
            guard table.endIfIdle() else { return (false, nil) }
            do throws(ZMQError) {
                try socket.unbind(Self.endpoint)
                return (true, nil)
            } catch {
                return (true, error)
            }
        }
        if let failure { throw failure }
        return isOver
    }

    private func answer(_ frames: [[UInt8]]) throws(ZMQError) {
        let question = AuthenticationQuestion(frames)
        let decide = question.flatMap { question in
            context.authenticators.withLock { $0.decision(for: question.domain) }
        }
        let admission = question.flatMap { decide?($0.credentials) } ?? .refused
        try socket.sendMultipart(AuthenticationQuestion.answer(to: frames, with: admission))
    }
}

/// Carries a socket to the thread that is to own it: starting a thread is the full fence that libzmq asks for.
private final class Handover: @unchecked Sendable {
    private var thread: AuthenticationThread?

    init(_ thread: consuming AuthenticationThread) { self.thread = consume thread }

    func take() -> AuthenticationThread? { thread.take() }
}
