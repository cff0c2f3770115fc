/// Event messages that arrived together, one behind the other in one piece of memory.
///
/// However many there are, they cost two arrays. Each element lends its topic and body as slices.
public struct EventMessages: Sendable, Hashable, RandomAccessCollection {
    /// Where a message lies: its topic begins where the one before ends.
    private struct Place: Sendable, Hashable {
        var sequence: UInt64
        var endOfTopic: Int
        var endOfBody: Int
    }

    /// One message.
    public struct Element: Sendable, Hashable {
        /// Its topic, UTF-8.
        public var topic: ArraySlice<UInt8>
        /// Counts up by one per topic from 1, without holes.
        public var sequence: UInt64
        /// What the bus has not read.
        public var body: ArraySlice<UInt8>
    }

    private var bytes: [UInt8] = []
    private var places: [Place] = []

    init() {}

    /// None yet, and room for as many and as long ones as `others`.
    init(withRoomFor others: EventMessages) {
        bytes.reserveCapacity(others.bytes.count)
        places.reserveCapacity(others.places.count)
    }

    /// Messages that are copied behind each other.
    init(_ messages: [EventMessage]) {
        for message in messages {
            message.topic.withUnsafeBytes { topic in
                message.body.withUnsafeBytes { append(topic: topic, sequence: message.sequence, body: $0) }
            }
        }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { places.count }

    public subscript(position: Int) -> Element {
        let place = places[position]
        let start = position == 0 ? 0 : places[position - 1].endOfBody
        return Element(
            topic: bytes[start..<place.endOfTopic],
            sequence: place.sequence,
            body: bytes[place.endOfTopic..<place.endOfBody]
        )
    }

    /// How many bytes they have together.
    var byteCount: Int { bytes.count }

    mutating func append(topic: UnsafeRawBufferPointer, sequence: UInt64, body: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: topic)
        let endOfTopic = bytes.count
        bytes.append(contentsOf: body)
        places.append(Place(sequence: sequence, endOfTopic: endOfTopic, endOfBody: bytes.count))
    }

    mutating func append(_ others: EventMessages) {
        let offset = bytes.count
        bytes.append(contentsOf: others.bytes)
        for place in others.places {
            places.append(
                Place(
                    sequence: place.sequence,
                    endOfTopic: offset + place.endOfTopic,
                    endOfBody: offset + place.endOfBody
                )
            )
        }
    }
}
