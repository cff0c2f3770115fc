import Bus
import ZeroMQ

/// A broker that does what a test tells it, one frame after another: silent, forgetful or late as it must be.
///
/// It blocks its thread, so it belongs on one of its own.
struct ScriptedBroker: ~Copyable {
    private let socket: Socket
    /// A script that waits in vain ends by then, and its test fails.
    private let deadline = ContinuousClock.now + .seconds(30)

    init(in context: Context, at endpoint: Endpoint) throws {
        let socket = try Socket(.router, in: context)
        try socket.set(.routerMandatory, to: true)
        try socket.bind(endpoint)
        self.socket = socket
    }

    /// The next frame of this kind, skipping heartbeats and whatever else comes.
    func expect(_ kind: Envelope.Kind) throws -> (peer: [UInt8], envelope: Envelope) {
        while let frames = try socket.receiveMultipart(within: max(deadline - .now, .zero)) {
            let envelope = try Envelope(decoding: frames[1])
            if envelope.kind == kind { return (frames[0], envelope) }
        }
        throw ScriptError.nothingCame(kind)
    }

    /// Answers a client's first question.
    func greet() throws {
        let (peer, hello) = try expect(.heartbeat)
        try send(Envelope(.heartbeat, correlation: hello.correlation), to: peer)
    }

    /// Answers the next request with an empty 200.
    func answerRequest() throws {
        let (peer, request) = try expect(.request)
        try send(Envelope(.reply, status: .ok, correlation: request.correlation), to: peer)
    }

    /// Answers the first question of a client that has come back, and leaves everything before it unanswered.
    func greetNewcomer() throws {
        var hello = try expect(.heartbeat)
        while hello.envelope.correlation == 0 { hello = try expect(.heartbeat) }
        try send(Envelope(.heartbeat, correlation: hello.envelope.correlation), to: hello.peer)
    }

    /// Takes a worker in, and tells how it announced itself.
    func admit() throws -> (peer: [UInt8], ready: Envelope) {
        let (peer, ready) = try expect(.ready)
        try send(Envelope(.ready, service: ready.service, correlation: ready.correlation), to: peer)
        return (peer, ready)
    }

    /// Returns when a worker has taken in all that was sent to it: it refuses at once what it cannot read.
    func settle(_ worker: [UInt8]) throws {
        let unreadable = Envelope(.request, service: "text", operation: "a", annotations: ["id": "7"])
        var frame = try unreadable.encodedBytes()
        frame[frame.count - 4] = UInt8(ascii: "?")
        try sendRaw(frame, to: worker)
        let reply = try expect(.reply).envelope
        guard reply.status == .badRequest else { throw ScriptError.unexpected(reply.status) }
    }

    func send(_ envelope: Envelope, to peer: [UInt8]) throws {
        try socket.sendMultipart([peer, try envelope.encodedBytes()])
    }

    func sendRaw(_ bytes: [UInt8], to peer: [UInt8]) throws {
        try socket.sendMultipart([peer, bytes])
    }
}

enum ScriptError: Error {
    case nothingCame(Envelope.Kind)
    case noConnection
    case connectionStands
    case unexpected(Status)
}
