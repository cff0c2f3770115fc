import ZeroMQ

/// What becomes of frames: held, sent, or dropped when a connection takes no more.
extension BrokerLoop {
    mutating func hold(_ frame: inout Message, for slot: Int) {
        var held = Message()
        swap(&held, &frame)
        // It may lie in a block with others, of which it would keep all.
        if held.count < SendMeter.copyLimit { held = held.copied() }
        messages.hold(held, for: slot)
    }

    @inline(__always)
    mutating func forward(
        _ frame: inout Message,
        to worker: Int,
        slot: Int,
        keep: Bool
    ) throws(ZMQError) {
        if keep { messages.hold(frame.shared(), for: slot) }
        let outcome = try send(&frame, to: worker)
        guard outcome != .sent else { return }
        hold(&frame, for: slot)
        try couldNotSend(slot, to: worker, outcome)
    }

    mutating func deliver(_ frame: inout Message, to client: Int) throws(ZMQError) {
        switch try send(&frame, to: client) {
        case .sent: break
        case .full: machine.couldNotDeliver(frame.count, correlation: Self.correlation(in: frame), to: client)
        case .unreachable: unreachable(client, frame.count)
        }
    }

    private mutating func unreachable(_ peer: Int, _ bytes: Int) {
        machine.noteUndeliverable(bytes)
        machine.remove(peer: peer, because: "disconnected")
    }

    private static func correlation(in frame: borrowing Message) -> UInt64 {
        frame.withUnsafeBytes { EnvelopeView.correlation(in: $0) } ?? 0
    }

    /// Sends a part of a reply, or a grant for more.
    mutating func stream(_ frame: inout Message, to peer: Int, of slot: Int) throws(ZMQError) {
        switch try send(&frame, to: peer) {
        case .sent: break
        case .full: machine.couldNotStream(slot, frame.count)
        case .unreachable: unreachable(peer, frame.count)
        }
    }

    /// Sends what has waited and can go now.
    mutating func dispatchWaiting() throws(ZMQError) {
        while let dispatch = machine.nextDispatch(at: now) {
            guard let held = messages.take(dispatch.slot) else { continue }
            // What was sent before may still be read where it lies.
            var frame = dispatch.isRepeated ? Message(copying: held.bytes()) : held
            frame.withUnsafeMutableBytes { dispatch.patch($0) }
            try forward(&frame, to: dispatch.peer, slot: dispatch.slot, keep: dispatch.keep)
        }
    }

    /// The request was not sent; it waits again, at the front.
    private mutating func couldNotSend(_ slot: Int, to worker: Int, _ outcome: SendOutcome) throws(ZMQError) {
        machine.couldNotSend(slot)
        if outcome == .unreachable { machine.remove(peer: worker, because: "disconnected") }
    }
}
