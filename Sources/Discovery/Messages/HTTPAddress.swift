/// An absolute `http` or `https` URL, checked as far as a registry must: it can be called, and compared.
struct HTTPAddress: Hashable {
    /// The form that two spellings of one address share: scheme and host in lower case, no slash at the end.
    let canonical: String

    /// Nil when `text` is no absolute http(s) URL: no scheme, no host, a port out of range, a blank or control byte.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }),
            let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard Self.hasHost(authority) else { return nil }
        let path = rest.dropFirst(authority.count)
        canonical = scheme + authority.lowercased() + (path.hasSuffix("/") ? path.dropLast() : path)
    }

    private static func hasHost(_ authority: Substring) -> Bool {
        let hostAndPort = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let host = hostAndPort.hasPrefix("[") ? bracketed(hostAndPort) : hostAndPort.prefix { $0 != ":" }
        guard let host, !host.isEmpty else { return false }
        let port = hostAndPort.dropFirst(host.count)
        return port.isEmpty || port == ":" || (port.hasPrefix(":") && UInt16(port.dropFirst()).map { $0 > 0 } == true)
    }

    private static func bracketed(_ text: Substring) -> Substring? {
        text.firstIndex(of: "]").map { text[...$0] }.flatMap { $0.count > 2 ? $0 : nil }
    }
}
