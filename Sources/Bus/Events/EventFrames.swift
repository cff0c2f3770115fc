import ZeroMQ

/// The message that a subscriber is receiving: topic, sequence and body, a frame each.
struct EventFrames: ~Copyable {
    enum Arrival {
        case nothing
        /// The frames are not those of an event.
        case malformed
        /// The answer to a subscription of this topic.
        case sync([UInt8])
        /// An event with this number; its topic and body lie here until the next is received.
        case event(UInt64)
    }

    private(set) var topic = Message()
    private var sequence = Message()
    private(set) var body = Message()

    /// Receives one whole message, if there is one.
    mutating func receive(over link: inout SubscriberLink, at now: Moment) throws(ZMQError) -> Arrival {
        guard try link.receive(into: &topic, at: now) else { return .nothing }
        guard try receiveRest(over: &link, at: now) else { return .malformed }
        if topic.withUnsafeBytes({ SyncTopic.isOne($0) }) { return .sync(topic.bytes()) }
        return .event(sequence.withUnsafeBytes { UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)) })
    }

    /// Receives the frames after the topic, which have arrived with it; false when they are not those of an event.
    private mutating func receiveRest(over link: inout SubscriberLink, at now: Moment) throws(ZMQError) -> Bool {
        guard topic.hasMore, try link.receive(into: &sequence, at: now) else { return false }
        guard sequence.hasMore, try link.receive(into: &body, at: now) else { return false }
        var isEvent = sequence.count == 8
        while body.hasMore, try link.receive(into: &body, at: now) { isEvent = false }
        return isEvent
    }
}
