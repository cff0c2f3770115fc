import Bus
public import JSON

extension RegistryEntry {
    /// The entry as clients see it.
    ///
    /// - Parameter baseURL: the origin that the client used, such as `http://localhost:8080`; a bus service's links
    ///   start with it. Without it they are paths.
    public func json(baseURL: String = "") -> JSONValue {
        let links = EntryLinks(of: self, under: baseURL)
        return [
            "registryID": .string(registryID),
            "serviceName": .string(serviceName),
            "serviceURL": .string(links.service),
            "tags": .array(tags.map(JSONValue.string)),
            "semanticProfile": JSONValue(semanticProfile),
            "mediaTypes": .array(mediaTypes.map(JSONValue.string)),
            "pingURL": JSONValue(links.ping),
            "lastRenewed": .string(lastRenewed.description),
            "lastSeen": .string(lastSeen.description),
            "registeredAt": .string(registeredAt.description),
            "transport": .string(transport.rawValue),
            "health": .string(health.rawValue),
            "instances": JSONValue(instances),
            "contract": .string(links.forms),
            "description": JSONValue(summary),
            "version": JSONValue(version),
        ]
    }

    /// Reads what ``json(baseURL:)`` made; nil when a member that every entry has is missing.
    public init?(json: JSONValue) {
        guard let registryID = json["registryID"]?.stringValue,
            let serviceName = json["serviceName"]?.stringValue,
            let transport = json["transport"]?.stringValue.flatMap(Transport.init),
            let serviceURL = json["serviceURL"]?.stringValue,
            let registeredAt = json["registeredAt"]?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        self.init(
            registryID: registryID,
            serviceName: serviceName,
            transport: transport,
            serviceURL: serviceURL,
            tags: json.strings("tags"),
            semanticProfile: json["semanticProfile"]?.stringValue,
            mediaTypes: json.strings("mediaTypes"),
            // A bus service has none of its own: the link leads through a gateway.
            pingURL: transport == .http ? json["pingURL"]?.stringValue : nil,
            summary: json["description"]?.stringValue,
            version: json["version"]?.stringValue,
            registeredAt: registeredAt,
            health: json["health"]?.stringValue.flatMap(Health.init) ?? .passing,
            instances: json["instances"]?.intValue ?? 1
        )
        lastRenewed = json["lastRenewed"]?.stringValue.flatMap { Timestamp($0) } ?? registeredAt
        lastSeen = json["lastSeen"]?.stringValue.flatMap { Timestamp($0) } ?? registeredAt
    }
}

extension JSONValue {
    /// The strings of the list that is the member `key`; what is no string is left out.
    func strings(_ key: String) -> [String] {
        self[key]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
}
