public import JSON

/// How the service is announced to discovery.
public struct ServiceInfo: Sendable, Hashable {
    /// The service's name on the bus: 1–255 bytes without control characters.
    public let name: String
    public let description: String
    public let tags: [String]
    public let mediaTypes: [String]
    public let semanticProfile: String?

    /// What a worker of this service sends with `ready`.
    public func announcement(version: String) -> JSONValue {
        var members: JSONObject = [
            "tags": .array(tags.map(JSONValue.string)), "mediaTypes": .array(mediaTypes.map(JSONValue.string)),
            "description": .string(description), "version": .string(version),
        ]
        members["semanticProfile"] = semanticProfile.map(JSONValue.string)
        return .object(members)
    }
}

extension ServiceInfo {
    init(_ node: DesignNode) {
        node.expectOnly(["serviceName", "description", "tags", "mediaTypes", "semanticProfile"])
        guard node.requireObject() else {
            (name, description, tags, mediaTypes, semanticProfile) = ("", "", [], [], nil)
            return
        }
        name = Self.name(node["serviceName"])
        description = node["description"].string()
        tags = node["tags"].strings(atLeast: 1)
        mediaTypes = node["mediaTypes"].strings(atLeast: 1)
        semanticProfile = node["semanticProfile"].optionalString()
    }

    private static func name(_ node: DesignNode) -> String {
        let name = node.string()
        if name.utf8.count > 255 || name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            node.fault("must be at most 255 bytes without control characters")
        }
        return name
    }
}
