import JSON

/// What a worker says about its service when it joins the bus.
///
/// It comes from any program that can speak to the bus, so what is of the wrong type is passed over.
struct WorkerAnnouncement: Sendable, Hashable {
    var tags: [String] = []
    var semanticProfile: String?
    var mediaTypes: [String] = []
    var summary: String?
    var version: String?
    /// Part of the platform's own machinery: not listed.
    var isInternal = false

    init(json: JSONValue?) {
        guard let json else { return }
        tags = json.strings("tags")
        semanticProfile = json["semanticProfile"]?.stringValue
        mediaTypes = json.strings("mediaTypes")
        summary = json["description"]?.stringValue
        version = json["version"]?.stringValue
        isInternal = json["internal"]?.boolValue ?? false
    }
}
