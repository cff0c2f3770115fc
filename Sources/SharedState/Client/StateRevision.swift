public import Bus
public import JSON

/// One change of a document, as its history tells it.
public struct StateRevision: Sendable, Hashable {
    /// The document's version after the change.
    public let version: Int
    /// When it was made.
    public let time: Timestamp
    /// Who made it, as they named themselves.
    public let author: String?
    /// What it did; nil when that is too long to be kept. A removal removes the whole value (the path is empty).
    public let patch: JSONPatch?
}

extension StateRevision {
    init(json: JSONValue) throws {
        guard let version = json["version"]?.intValue, let time = json["time"]?.stringValue.flatMap({ Timestamp($0) })
        else { throw BusError.notFromState("a change has no version or time") }
        self.init(
            version: version,
            time: time,
            author: json["author"]?.stringValue,
            patch: try json["patch"].flatMap { $0.isNull ? nil : $0 }.map { try JSONPatch($0) }
        )
    }
}
