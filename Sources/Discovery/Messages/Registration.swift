public import Bus
public import JSON

/// What `POST /register` says: a service that is met by HTTP.
public struct Registration: Sendable, Hashable {
    public var serviceName: String
    public var serviceURL: String
    public var tags: [String]
    public var semanticProfile: String?
    public var mediaTypes: [String]
    public var pingURL: String?

    public init(
        serviceName: String,
        serviceURL: String,
        tags: [String] = [],
        semanticProfile: String? = nil,
        mediaTypes: [String] = [],
        pingURL: String? = nil
    ) {
        self.serviceName = serviceName
        self.serviceURL = serviceURL
        self.tags = tags
        self.semanticProfile = semanticProfile
        self.mediaTypes = mediaTypes
        self.pingURL = pingURL
    }
}

extension Registration {
    /// Reads a request's body; `pingUrl` stands for `pingURL`, and `tag` for one of `tags` or for a missing name.
    ///
    /// - Throws: a 400 ``Problem`` that names the member that is missing or wrong.
    public init(json: JSONValue) throws(Problem) {
        let message = try RegistryMessage(json)
        let tag = try message.text("tag")
        guard let url = try message.text("serviceURL") else { throw .missing("serviceURL") }
        guard let name = try message.text("serviceName") ?? tag else { throw .missing("serviceName") }
        try Self.check(name)
        var tags = try message.list("tags")
        if let tag, !tags.contains(tag) { tags.append(tag) }
        self.init(
            serviceName: name,
            serviceURL: try Self.checked(url, "serviceURL"),
            tags: tags,
            semanticProfile: try message.text("semanticProfile"),
            mediaTypes: try message.list("mediaTypes"),
            pingURL: try Self.pingURL(in: message)
        )
    }

    /// The body that ``init(json:)`` reads.
    public var json: JSONValue {
        var members: JSONObject = [
            "serviceName": .string(serviceName), "serviceURL": .string(serviceURL),
            "tags": .array(tags.map(JSONValue.string)), "mediaTypes": .array(mediaTypes.map(JSONValue.string)),
        ]
        members["semanticProfile"] = semanticProfile.map(JSONValue.string)
        members["pingURL"] = pingURL.map(JSONValue.string)
        return .object(members)
    }

    private static func pingURL(in message: RegistryMessage) throws(Problem) -> String? {
        for name in ["pingURL", "pingUrl"] {
            if let url = try message.text(name) { return try checked(url, name) }
        }
        return nil
    }

    private static func checked(_ url: String, _ member: String) throws(Problem) -> String {
        guard HTTPAddress(url) != nil else {
            throw .wrong(member, "\(member) must be an absolute http or https URL: \(url)")
        }
        return url
    }

    /// The name is part of an event's topic and of paths, so it keeps to what those can carry.
    private static func check(_ name: String) throws(Problem) {
        guard name.utf8.count <= 255, name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw .wrong("serviceName", "serviceName must have at most 255 bytes and no control characters")
        }
    }
}
