/// What a request line names: decoded path segments and query items.
///
/// Segments are split before they are decoded, so an id may hold an encoded slash.
struct RequestTarget: Sendable {
    /// The path as the client wrote it, without the query.
    let path: Substring
    /// The decoded segments; one empty segment at the end (a trailing slash) is left out.
    let segments: [String]
    /// Whether the path ends with a slash behind its last segment.
    let endsWithSlash: Bool
    /// The query as the client wrote it, without the `?`; empty when there is none.
    let query: Substring
    /// The authority of an absolute-form target (RFC 9112 §3.2.2), which counts more than `Host`.
    let authority: Substring?

    /// Reads origin form (`/a/b?c`) and absolute form (`http://host/a/b?c`).
    ///
    /// - Throws: ``Refusal`` 400 for any other form and for bad percent-encoding.
    init(_ text: String) throws(Refusal) {
        var rest = text[...]
        authority = Self.takeAuthority(from: &rest)
        if rest.isEmpty || rest.utf8.first == UInt8(ascii: "?") { rest = "/" + rest }
        guard rest.utf8.first == UInt8(ascii: "/") else {
            throw .badRequest("The request target is not a path: \(text)")
        }
        let end = rest.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? rest.endIndex
        path = rest[..<end]
        query = Self.query(in: rest[end...])
        endsWithSlash = path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/")
        segments = try Self.segments(of: path)
    }

    /// The decoded values of a query item, first to last; nil when the item is not there.
    ///
    /// - Throws: ``Refusal`` 400 for bad percent-encoding.
    func items() throws(Refusal) -> [(name: String, value: String)] {
        var items: [(name: String, value: String)] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
                let value = parts.count == 2 ? PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            else { throw .badRequest("The query has a malformed percent-encoding: \(pair)") }
            items.append((name, value))
        }
        return items
    }

    private static func takeAuthority(from rest: inout Substring) -> Substring? {
        if rest.utf8.first == UInt8(ascii: "/") { return nil }
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            let after = rest.dropFirst(scheme.count)
            let end = after.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? after.endIndex
            rest = after[end...]
            return after[..<end]
        }
        return nil
    }

    private static func query(in tail: Substring) -> Substring {
        guard tail.utf8.first == UInt8(ascii: "?") else { return "" }
        return tail.dropFirst().prefix { $0 != "#" }
    }

    private static func segments(of path: Substring) throws(Refusal) -> [String] {
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(part) else {
                throw .badRequest("The path has a malformed percent-encoding: \(path)")
            }
            segments.append(segment)
        }
        if segments.last == "" { segments.removeLast() }
        return segments
    }
}
