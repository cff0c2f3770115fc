import ZeroMQ

/// Messages of several frames: Majordomo's, or nobody's.
extension BrokerLoop {
    /// Takes a message whose first frame is not its last one.
    mutating func receiveMultipart(_ frame: inout Message, from peer: Int) throws(ZMQError) {
        let correlation = frame.withUnsafeBytes { EnvelopeView.correlation(in: $0) }
        if frame.withUnsafeBytes({ MajordomoMessage.mayBegin(with: $0) }) {
            guard let frames = try collect(&frame) else { return machine.refuseMajordomo() }
            if machine.receiveMajordomo(frames, from: peer, at: now) { return try performActions() }
        }
        while frame.hasMore, try router.socket.receive(into: &frame) {}
        machine.malformed(.severalFrames, correlation: correlation, from: peer)
        try performActions()
    }

    /// All frames of a message; nil when there are too many of them, or too many bytes.
    private mutating func collect(_ frame: inout Message) throws(ZMQError) -> [[UInt8]]? {
        // The address, the header and the like come on top of the body's frames.
        let frameLimit = MajordomoBody.frameLimit + 5
        var frames = [frame.bytes()]
        var (count, fits) = (frame.count, true)
        while frame.hasMore, try router.socket.receive(into: &frame) {
            count += frame.count
            fits = fits && frames.count < frameLimit && count <= configuration.maxMessage
            if fits { frames.append(frame.bytes()) }
        }
        return fits ? frames : nil
    }

    /// Sends a Majordomo peer what this frame says; what its protocol has no word for counts as sent.
    mutating func sendMajordomo(_ frame: inout Message, to peer: Int, isOwn: Bool) throws(ZMQError) -> SendOutcome {
        guard let envelope = frame.withUnsafeBytes({ Envelope(asFarAsReadable: $0) }),
            let frames = machine.majordomoFrames(for: envelope, to: peer)
        else { return .sent }
        return try send(frames, to: peer, isOwn: isOwn)
    }

    /// Sends a message of several frames to a peer if its connection takes it now.
    private mutating func send(_ frames: [[UInt8]], to peer: Int, isOwn: Bool) throws(ZMQError) -> SendOutcome {
        let bytes = frames.reduce(0) { $0 + $1.count + 64 }
        let verdict = meter.judge(bytes, to: peer, id: machine.peers[peer].id, isOwn: isOwn)
        if verdict == .refuse { return .full }
        let outcome = try sendAddress(of: peer)
        guard outcome == .sent else { return outcome }
        // Once the address is taken, the rest is taken, too.
        for (index, bytes) in frames.enumerated() {
            var frame = Message(copying: bytes)
            if index == frames.count - 1, verdict != .send { prepare(&frame, to: peer, verdict) }
            _ = try router.socket.send(&frame, more: index < frames.count - 1)
        }
        return .sent
    }

    /// Says something to a Majordomo peer, in its own words.
    mutating func say(_ frames: [[UInt8]], to peer: Int) throws(ZMQError) {
        guard machine.peers[peer].isLive else { return }
        if try send(frames, to: peer, isOwn: true) == .unreachable {
            machine.remove(peer: peer, because: "disconnected")
        }
    }

    /// Takes an envelope as if the peer had sent it.
    mutating func hear(_ envelope: Envelope, from peer: Int) throws(ZMQError) {
        guard machine.peers[peer].isLive, var frame = try? envelope.encode() else { return }
        if machine.access != nil, try !stamp(&frame, from: peer) { return }
        try handle(&frame, from: peer)
    }
}

extension Envelope {
    /// An envelope whose annotations, which nobody but its reader checks, may be spoilt: then it has none.
    fileprivate init?(asFarAsReadable bytes: UnsafeRawBufferPointer) {
        guard let view = try? EnvelopeView(bytes) else { return nil }
        self.init(
            view.kind,
            flags: view.flags,
            status: view.status,
            service: String(decoding: view.service, as: UTF8.self),
            operation: String(decoding: view.operation, as: UTF8.self),
            correlation: view.correlation,
            credits: view.credits,
            annotations: (try? Annotations(decoding: view.annotations)) ?? [:],
            body: Array(view.body)
        )
    }
}
