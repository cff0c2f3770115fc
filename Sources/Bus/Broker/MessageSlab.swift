import ZeroMQ

/// The frames that the broker keeps: those of requests that wait, and of those that may have to be sent again.
///
/// A message cannot be copied and so cannot be in an array; this is an array of messages, indexed by request slot.
/// Keeping and releasing allocates nothing once it has grown.
struct MessageSlab: ~Copyable {
    private var messages = UnsafeMutablePointer<Message>.allocate(capacity: 64)
    /// Whether there is a message at an index.
    private var isHeld = Array(repeating: false, count: 64)

    deinit {
        for slot in isHeld.indices where isHeld[slot] { (messages + slot).deinitialize(count: 1) }
        messages.deallocate()
    }

    /// Keeps a message for a slot that has none.
    mutating func hold(_ message: consuming Message, for slot: Int) {
        discard(slot)
        while slot >= isHeld.count { grow() }
        (messages + slot).initialize(to: message)
        isHeld[slot] = true
    }

    /// Hands out the message of a slot; nil when it has none.
    mutating func take(_ slot: Int) -> Message? {
        guard slot < isHeld.count, isHeld[slot] else { return nil }
        isHeld[slot] = false
        return (messages + slot).move()
    }

    /// Releases the message of a slot, if it has one.
    @inline(__always)
    mutating func discard(_ slot: Int) {
        guard slot < isHeld.count, isHeld[slot] else { return }
        isHeld[slot] = false
        (messages + slot).deinitialize(count: 1)
    }

    /// Messages are moved by their bytes, as libzmq itself does.
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Message>.allocate(capacity: isHeld.count * 2)
        for slot in isHeld.indices where isHeld[slot] { (larger + slot).initialize(to: (messages + slot).move()) }
        messages.deallocate()
        messages = larger
        isHeld.append(contentsOf: repeatElement(false, count: isHeld.count))
    }
}
