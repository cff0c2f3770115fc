/// Waiting, for small programs and tests. A thread that serves several sockets uses a ``Poller``.
///
/// `within` is how long to wait at most; nil waits until it happens or the context is shut down.
extension Socket {
    /// Waits until one of `events` is possible.
    ///
    /// - Returns: false when `deadline` came first; a deadline in the past asks without waiting.
    public func wait(
        for events: PendingEvents,
        until deadline: ContinuousClock.Instant? = nil
    ) throws(ZMQError) -> Bool {
        var poller = Poller()
        poller.add(self)
        while try pendingEvents().isDisjoint(with: events) {
            guard try poller.wait(until: deadline) else { return try !pendingEvents().isDisjoint(with: events) }
        }
        return true
    }

    /// Sends one frame, waiting until the socket takes it.
    ///
    /// - Returns: false when nobody took it in time; the message is then as it was.
    public func send(_ message: inout Message, more: Bool = false, within: Duration?) throws(ZMQError) -> Bool {
        let deadline = within.map { ContinuousClock.now + $0 }
        while try !send(&message, more: more) {
            guard try wait(for: .writable, until: deadline) else { return false }
        }
        return true
    }

    /// Receives one frame, waiting until there is one; zero does not wait.
    ///
    /// - Returns: nil when nothing came in time.
    public func receive(within: Duration?) throws(ZMQError) -> Message? {
        var message = Message()
        if within == .zero {
            guard try receive(into: &message) else { return nil }
            return message
        }
        let deadline = within.map { ContinuousClock.now + $0 }
        while try !receive(into: &message) {
            guard try wait(for: .readable, until: deadline) else { return nil }
        }
        return message
    }

    /// Sends all frames of one message, waiting until the socket takes them.
    ///
    /// - Returns: false when nobody took it in time; nothing was then sent.
    @discardableResult
    public func sendMultipart(_ frames: [[UInt8]], within: Duration? = nil) throws(ZMQError) -> Bool {
        for (index, frame) in frames.enumerated() {
            var message = Message(adopting: frame)
            // Once the first frame is taken, the socket takes the others.
            guard try send(&message, more: index < frames.count - 1, within: within) else { return false }
        }
        return true
    }

    /// Receives all frames of one message, waiting until it is there.
    ///
    /// - Returns: nil when nothing came in time.
    public func receiveMultipart(within: Duration? = nil) throws(ZMQError) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        while let message = try receive(within: within) {
            frames.append(message.bytes())
            if !message.hasMore { return frames }
        }
        return nil
    }
}
