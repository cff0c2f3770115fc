import Bus
public import JSON

/// Lists that are read a page at a time.
extension JobClient {
    /// A part of a list.
    public struct Page<Row: Sendable>: Sendable {
        public var rows: [Row]
        /// Where the next page begins; nil after the last.
        public var next: String?
    }

    /// A page of all jobs, or of those whose members contain the filter's texts.
    ///
    /// - Parameters:
    ///   - filter: `name`, `status`, `createdAt`, `completedAt`; empty filters nothing.
    ///   - newestFirst: in which order.
    public func jobs(
        matching filter: [String: String] = [:],
        newestFirst: Bool,
        limit: Int,
        after cursor: String? = nil,
        within timeout: Duration = .seconds(30)
    ) async throws -> Page<JSONValue> {
        var annotations = Self.pageAnnotations(limit, cursor)
        annotations["order"] = newestFirst ? "desc" : "asc"
        let texts = filter.sorted { $0.key < $1.key }
        let members = JSONObject(texts.map { (key: $0.key, value: JSONValue.string($0.value)) })
        return try await page(
            filter.isEmpty ? "list" : "filter",
            annotations,
            body: filter.isEmpty ? [] : JSONValue.object(members).serialized(),
            within: timeout
        ) { $0 }
    }

    func page<Row: Sendable>(
        _ operation: String,
        _ annotations: Annotations,
        body: [UInt8] = [],
        within timeout: Duration,
        _ row: (JSONValue) -> Row?
    ) async throws -> Page<Row> {
        let question = JobQuestion(operation, annotations, body: body, patience: timeout, isRepeatable: true)
        let reply = try await ask(question)
        guard let rows = try reply.json().arrayValue else { throw Self.unreadable("list") }
        return Page(rows: rows.compactMap(row), next: reply.annotations["link"].flatMap(Self.cursor(inLink:)))
    }

    static func pageAnnotations(_ limit: Int?, _ cursor: String?) -> Annotations {
        var annotations: Annotations = [:]
        annotations[Annotations.limit] = limit.map(String.init)
        annotations["cursor"] = cursor
        return annotations
    }

    /// The cursor of `<…?limit=2&cursor=abc>; rel="next"` (RFC 8288).
    static func cursor(inLink link: String) -> String? {
        guard link.contains("rel=\"next\""), let end = link.firstIndex(of: ">"),
            let query = link[..<end].split(separator: "?", maxSplits: 1).dropFirst().first
        else { return nil }
        let value = query.split(separator: "&").first { $0.hasPrefix("cursor=") }?.dropFirst("cursor=".count)
        return value.flatMap(Self.percentDecoded)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
