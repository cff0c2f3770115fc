/// An event as it travels: its topic, its sequence, and a body that the bus does not read.
///
/// The body of what ``EventPublisher`` makes of an ``Event`` is the text of its CloudEvent. Whoever needs no CloudEvent
/// may publish any bytes under a topic of its own.
public struct EventMessage: Sendable, Hashable {
    /// What subscribers name a prefix of: 1 to 255 bytes of UTF-8.
    public var topic: [UInt8]
    /// Counts up by one per topic from 1, without holes.
    public var sequence: UInt64
    /// What the bus does not read.
    public var body: [UInt8]

    public init(topic: [UInt8], sequence: UInt64, body: [UInt8]) {
        self.topic = topic
        self.sequence = sequence
        self.body = body
    }

    /// An event with its CloudEvent's text.
    public init(_ event: Event) {
        self.init(topic: Array(event.topic.utf8), sequence: event.sequence, body: event.encoded())
    }

    /// How much memory it holds, about.
    var footprint: Int { topic.count + body.count + 128 }
}
