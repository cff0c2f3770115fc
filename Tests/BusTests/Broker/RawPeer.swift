import Bus
import Testing
import ZeroMQ

/// A client or worker that is nothing but a DEALER: what a stranger would write. It blocks its thread.
struct RawPeer: ~Copyable {
    private let socket: Socket
    private let patience = Duration.seconds(20)

    /// - Parameter receiveLimit: how many messages wait on this side; nil for libzmq's default.
    init(_ endpoint: Endpoint, in context: Context, receiveLimit: Int? = nil) throws {
        let socket = try Socket(.dealer, in: context)
        if let receiveLimit { try socket.set(.receiveHighWaterMark, to: receiveLimit) }
        try socket.set(.linger, to: .seconds(1))
        try socket.connect(endpoint)
        self.socket = socket
    }

    /// A worker that has been told that it is one.
    static func worker(
        _ endpoint: Endpoint,
        in context: Context,
        service: String,
        credits: UInt16
    ) throws -> RawPeer {
        let peer = try RawPeer(endpoint, in: context)
        try peer.send(Envelope(.ready, service: service, credits: credits))
        _ = try peer.expect(.ready)
        return peer
    }

    func send(_ envelope: Envelope) throws {
        try sendRaw(envelope.encodedBytes())
    }

    func sendRaw(_ frames: [UInt8]...) throws {
        try socket.sendMultipart(frames)
    }

    /// The next frame of this kind; heartbeats are skipped unless asked for.
    func expect(_ kind: Envelope.Kind) throws -> Envelope {
        let end = ContinuousClock.now + patience
        while let frames = try socket.receiveMultipart(within: end - .now) {
            let envelope = try Envelope(decoding: frames[0])
            if envelope.kind == kind { return envelope }
            try #require(envelope.kind == .heartbeat, "\(envelope.kind) came instead of \(kind)")
        }
        throw ScriptError.nothingCame(kind)
    }

    /// Takes in all that has arrived, without waiting; returns what can be read.
    @discardableResult
    func takeAll() throws -> [Envelope] {
        var message = Message()
        var envelopes: [Envelope] = []
        while try socket.receive(into: &message) {
            if let envelope = try? Envelope(decoding: message) { envelopes.append(envelope) }
        }
        return envelopes
    }

    /// Asks the broker something, which also tells that everything before has been dealt with.
    func hello(_ correlation: UInt64 = 99) throws {
        try send(Envelope(.heartbeat, correlation: correlation))
        while let frames = try socket.receiveMultipart(within: patience) {
            // What else comes may be what a fuzzer sent.
            let envelope = try? Envelope(decoding: frames[0])
            if envelope?.kind == .heartbeat, envelope?.correlation == correlation { return }
        }
        throw ScriptError.nothingCame(.heartbeat)
    }

    func request(
        _ service: String,
        _ operation: String = "execute",
        correlation: UInt64 = 1,
        flags: Envelope.Flags = [],
        timeLeft: UInt32 = 0,
        credits: UInt16 = 0,
        body: [UInt8] = []
    ) throws {
        let request = Envelope(
            .request,
            flags: flags,
            service: service,
            operation: operation,
            correlation: correlation,
            requestID: RequestID(),
            timeLeft: timeLeft,
            credits: credits,
            body: body
        )
        try send(request)
    }

    /// Answers a request with its own body.
    func echo(_ request: Envelope) throws {
        try send(Envelope(.reply, status: .ok, correlation: request.correlation, body: request.body))
    }
}
