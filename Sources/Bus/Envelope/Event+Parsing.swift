public import JSON

extension Event {
    /// Reads a CloudEvent that ``encoded()`` made, or one of another maker with the same members.
    ///
    /// - Throws: `JSONError` when the bytes are not JSON, ``BusError`` when a member is missing or of the wrong type.
    public init(parsing bytes: [UInt8]) throws {
        try self.init(json: JSONValue(parsing: bytes))
    }

    /// Reads a CloudEvent from its JSON value; `sequence` may be a string or a number.
    ///
    /// - Throws: ``BusError`` that names the member that is missing or of the wrong type.
    public init(json: JSONValue) throws(BusError) {
        self.init(
            topic: try Self.text("subject", in: json),
            sequence: try Self.sequence(in: json),
            type: try Self.text("type", in: json),
            source: try Self.text("source", in: json),
            id: try Self.text("id", in: json),
            time: try Self.time(in: json),
            data: json["data"] ?? .null
        )
    }

    private static func text(_ member: String, in json: JSONValue) throws(BusError) -> String {
        guard let text = json[member]?.stringValue else { throw missing(member, "a string") }
        return text
    }

    private static func sequence(in json: JSONValue) throws(BusError) -> UInt64 {
        let member = json["sequence"]
        if let text = member?.stringValue, let number = UInt64(text) { return number }
        if let number = member?.intValue, number >= 0 { return UInt64(number) }
        throw missing("sequence", "a non-negative integer")
    }

    private static func time(in json: JSONValue) throws(BusError) -> Timestamp {
        guard let time = Timestamp(try text("time", in: json)) else { throw missing("time", "an RFC 3339 time") }
        return time
    }

    private static func missing(_ member: String, _ expected: String) -> BusError {
        BusError(.protocolViolation, "cannot read event: its member '\(member)' must be \(expected)")
    }
}
