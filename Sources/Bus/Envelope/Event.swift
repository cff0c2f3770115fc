public import JSON

/// One thing that happened, as a CloudEvent 1.0 in its JSON form.
///
/// The bus carries an event in three frames: topic, sequence, and the JSON text of ``encoded()``.
public struct Event: Sendable, Hashable {
    /// What subscribers name a prefix of, such as `job.0190…`.
    public var topic: String
    /// Counts up by one per topic from 1, without holes: a jump tells that something was missed.
    public var sequence: UInt64
    /// What happened, such as `platform.job.started`.
    public var type: String
    /// Who says so, such as `/job-control`.
    public var source: String
    /// Unique for its source; a lowercase UUID unless the maker chose another.
    public var id: String
    /// When it happened.
    public var time: Timestamp
    /// What there is to tell.
    public var data: JSONValue

    public init(
        topic: String,
        sequence: UInt64,
        type: String,
        source: String,
        id: String = UUIDv7.make(),
        time: Timestamp = .now,
        data: JSONValue
    ) {
        self.topic = topic
        self.sequence = sequence
        self.type = type
        self.source = source
        self.id = id
        self.time = time
        self.data = data
    }

    /// The CloudEvent; the topic is its `subject`, the sequence its extension of that name (a string, as CloudEvents
    /// has it).
    public var json: JSONValue {
        [
            "specversion": "1.0",
            "id": .string(id),
            "source": .string(source),
            "type": .string(type),
            "subject": .string(topic),
            "time": .string(time.description),
            "sequence": .string(String(sequence)),
            "datacontenttype": "application/json",
            "data": data,
        ]
    }

    /// The CloudEvent's JSON text.
    public func encoded() -> [UInt8] {
        json.serialized()
    }
}
