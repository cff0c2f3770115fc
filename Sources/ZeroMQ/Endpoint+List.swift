extension Endpoint {
    /// Reads endpoints with commas between them: `tcp://a:5550,tcp://b:5550`, in the order in which they are written.
    ///
    /// White space round an endpoint is ignored. An ipc path or an inproc name with a comma cannot stand in a list.
    ///
    /// - Throws: ``EndpointError``, which quotes the endpoint that is wrong, or the whole text where one is missing or
    ///   comes twice.
    public static func list(_ text: String) throws(EndpointError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for (index, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let trimmed = part.trimmingWhitespace
            guard !trimmed.isEmpty else {
                throw EndpointError(text: text, reason: "number \(index + 1) of the list is empty")
            }
            let endpoint = try Endpoint(String(trimmed))
            guard !endpoints.contains(endpoint) else {
                throw EndpointError(text: text, reason: "\(endpoint) is in the list twice")
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }
}

extension Collection where Element == Endpoint {
    /// The text that ``Endpoint/list(_:)`` reads.
    public var list: String { map(\.description).joined(separator: ",") }
}

extension Substring {
    fileprivate var trimmingWhitespace: Substring {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...last]
    }
}
