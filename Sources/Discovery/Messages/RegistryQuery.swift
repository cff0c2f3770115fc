public import Bus
import JSON

/// What `find` looks for: all that is given must hold.
public struct RegistryQuery: Sendable, Hashable {
    /// Equals one of the entry's tags.
    public var tag: String?
    /// A part of the entry's semantic profile.
    public var profile: String?
    /// Equals one of the entry's media types.
    public var mediaType: String?

    public init(tag: String? = nil, profile: String? = nil, mediaType: String? = nil) {
        self.tag = tag
        self.profile = profile
        self.mediaType = mediaType
    }

    /// Whether `entry` has all that is asked for.
    public func matches(_ entry: RegistryEntry) -> Bool {
        if let tag, !entry.tags.contains(tag) { return false }
        if let mediaType, !entry.mediaTypes.contains(mediaType) { return false }
        if let profile { return entry.semanticProfile?.contains(profile) ?? false }
        return true
    }
}

extension RegistryQuery {
    /// Reads a request's body; an empty one asks for everything.
    ///
    /// - Throws: a 400 ``Problem`` when a filter is no string.
    public init(body: [UInt8]) throws(Problem) {
        self.init()
        guard !body.isEmpty else { return }
        let message = try RegistryMessage(parsing: body)
        tag = try message.text("tag")
        profile = try message.text("profile")
        mediaType = try message.text("mediaType")
    }

    var json: JSONValue {
        var members: JSONObject = [:]
        members["tag"] = tag.map(JSONValue.string)
        members["profile"] = profile.map(JSONValue.string)
        members["mediaType"] = mediaType.map(JSONValue.string)
        return .object(members)
    }
}
