import JSON

/// What a service answered to a task: a status that is a success, and a body that may be JSON.
public struct TaskResult: Sendable, Hashable {
    public var status: Int
    /// As the service sent it; empty where a status says it all.
    public var body: [UInt8]
    /// Nil where the service did not say; the body is then JSON when it can be read as JSON.
    public var contentType: String?

    public init(status: Int, body: [UInt8] = [], contentType: String? = nil) {
        self.status = status
        self.body = body
        self.contentType = contentType
    }

    /// The body as JSON: null when there is none, nil when it is not JSON.
    var json: JSONValue? {
        if body.isEmpty { return .null }
        if let contentType, !Self.isJSON(contentType) { return nil }
        return try? JSONValue(parsing: body)
    }

    /// What is stored of a body that is not JSON.
    var raw: JSONValue {
        [
            "_raw": .string(String(decoding: body, as: UTF8.self)),
            "_contentType": .string(contentType ?? "application/octet-stream"),
        ]
    }

    /// `application/json`, `text/json`, and whatever ends with `+json`.
    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.lowercased()
        let subtype = type.split(separator: "/").last.map { $0.filter { !$0.isWhitespace } } ?? ""
        return subtype == "json" || subtype.hasSuffix("+json")
    }
}
