/// An absolute http(s) URL in the parts that a call needs; it resolves links as RFC 3986 §5 says.
struct HTTPURL: Sendable, Equatable, CustomStringConvertible {
    /// `http` or `https`.
    let scheme: String
    /// Host and port as written, in lower case.
    let authority: String
    /// Path and query; at least `/`.
    let target: String

    /// Reads an absolute URL; nil when it is none, or carries a user name: a link must not pick the credentials.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        scheme = text[..<colon].lowercased()
        let rest = text[colon...].dropFirst(3).prefix { $0 != "#" }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        authority = rest[..<end].lowercased()
        target = rest[end...].first == "/" ? String(rest[end...]) : "/" + rest[end...]
        guard ["http", "https"].contains(scheme), !authority.isEmpty, !authority.contains("@") else { return nil }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
    }

    private init(scheme: String, authority: String, target: String) {
        self.scheme = scheme
        self.authority = authority
        self.target = target
    }

    var description: String { "\(scheme)://\(authority)\(target)" }

    /// Scheme, host and port: whom a call goes to.
    var origin: String {
        let port = hostAndPort.port ?? (scheme == "https" ? "443" : "80")
        return "\(scheme)://\(hostAndPort.host):\(port)"
    }

    /// The host without its port and without the brackets of an IPv6 literal.
    var host: String {
        let host = hostAndPort.host
        return host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host)
    }

    /// The URL with a segment behind its path, and without its query.
    func appending(_ segment: String) -> Self {
        let path = target.prefix { $0 != "?" }
        return Self(scheme: scheme, authority: authority, target: path + (path.hasSuffix("/") ? "" : "/") + segment)
    }

    /// Where a link that stands in this URL's document leads; nil when that is no http(s) URL.
    func resolving(_ link: String) -> Self? {
        if link.contains("://") { return Self(link) }
        if link.hasPrefix("//") { return Self("\(scheme):\(link)") }
        if link.hasPrefix("/") { return Self("\(scheme)://\(authority)\(link)") }
        let path = target.prefix { $0 != "?" }
        let folder = path[...(path.lastIndex(of: "/") ?? path.startIndex)]
        return Self("\(scheme)://\(authority)\(folder)\(link)")
    }

    private var hostAndPort: (host: Substring, port: Substring?) {
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let colon = authority[afterBracket...].lastIndex(of: ":") else { return (authority[...], nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}
