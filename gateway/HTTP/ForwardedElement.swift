/// What one proxy says of a request in a `Forwarded` header (RFC 7239).
struct ForwardedElement: Sendable, Equatable {
    /// The address of the one that sent the request to this proxy; nil when hidden.
    var sender: String?
    /// The `Host` that the proxy received.
    var host: String?
    /// Whether the proxy received it over https.
    var isSecure = false

    /// The element nearest to the client that is still vouched for: each was added by the sender of the next.
    static func believed(in header: String, from peer: String, trusted: [AddressRange]) -> Self? {
        var believed: Self?
        var sender: String? = peer
        for element in elements(of: header).reversed() {
            guard let address = sender, trusted.contains(where: { $0.contains(address) }) else { break }
            believed = element
            sender = element.sender
        }
        return believed
    }

    static func elements(of header: String) -> [Self] {
        split(header, at: ",").map { element in
            split(element, at: ";").reduce(into: Self()) { result, pair in result.read(pair) }
        }
    }

    private mutating func read(_ pair: Substring) {
        guard let equals = pair.firstIndex(of: "=") else { return }
        let value = Self.unquoted(pair[pair.index(after: equals)...].trimmed)
        switch pair[..<equals].trimmed.lowercased() {
        case "for": sender = Self.address(value)
        case "host": host = value
        case "proto": isSecure = value.lowercased() == "https"
        default: break
        }
    }

    /// Splits at a separator that stands outside of quotes.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var isQuoted = false
        return Substring(text).split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == separator && !isQuoted
        }
    }

    private static func unquoted(_ value: Substring) -> String {
        guard value.count >= 2, value.first == "\"", value.last == "\"" else { return String(value) }
        return String(value.dropFirst().dropLast())
    }

    /// The node's address without its port: `192.0.2.1:47`, `[2001:db8::1]:47`.
    private static func address(_ node: String) -> String {
        if node.first == "[" { return String(node.dropFirst().prefix { $0 != "]" }) }
        return String(node.prefix { $0 != ":" })
    }
}
