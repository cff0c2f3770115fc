public import Bus
public import JSON

/// A note that one registered service uses another. It goes when either of the two leaves the registry.
public struct Binding: Sendable, Hashable {
    public var bindingID: String
    public var sourceRegistryID: String
    public var targetRegistryID: String
    public var createdAt: Timestamp

    public init(bindingID: String, sourceRegistryID: String, targetRegistryID: String, createdAt: Timestamp) {
        self.bindingID = bindingID
        self.sourceRegistryID = sourceRegistryID
        self.targetRegistryID = targetRegistryID
        self.createdAt = createdAt
    }
}

extension Binding {
    /// The binding as clients see it.
    public var json: JSONValue {
        [
            "bindingID": .string(bindingID),
            "sourceRegistryID": .string(sourceRegistryID),
            "targetRegistryID": .string(targetRegistryID),
            "createdAt": .string(createdAt.description),
        ]
    }

    func names(_ registryID: String) -> Bool {
        sourceRegistryID == registryID || targetRegistryID == registryID
    }
}

extension Binding {
    /// Reads what ``json`` made; nil when it is something else.
    public init?(json: JSONValue) {
        guard let bindingID = json["bindingID"]?.stringValue,
            let source = json["sourceRegistryID"]?.stringValue,
            let target = json["targetRegistryID"]?.stringValue,
            let createdAt = json["createdAt"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(bindingID: bindingID, sourceRegistryID: source, targetRegistryID: target, createdAt: createdAt)
    }
}
