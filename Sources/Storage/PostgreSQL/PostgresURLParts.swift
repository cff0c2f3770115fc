/// The pieces of a PostgreSQL URL, cut where libpq cuts them, to take the schema out and to hide what is secret.
struct PostgresURLParts {
    private static let schemes = ["postgres://", "postgresql://"]
    /// The parameters that hold a secret.
    private static let secrets: Set<Substring> = ["password", "sslpassword"]

    private let scheme: String
    private let user: Substring?
    private let password: Substring?
    /// Hosts and ports, and all up to the query.
    private let place: Substring
    private let parameters: [Substring]

    /// Nil when the text begins as no PostgreSQL URL does.
    init?(_ text: String) {
        guard let scheme = Self.schemes.first(where: text.hasPrefix) else { return nil }
        self.scheme = scheme
        let rest = text.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "@" || $0 == "/" } ?? rest.endIndex
        var place = rest
        if end < rest.endIndex, rest[end] == "@" {
            let login = rest[..<end].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = login.first
            password = login.count > 1 ? login[1] : nil
            place = rest[rest.index(after: end)...]
        } else {
            user = nil
            password = nil
        }
        let halves = place.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.place = halves.first ?? ""
        parameters = halves.count > 1 ? halves[1].split(separator: "&") : []
    }

    /// The host and port; has an `@` when somebody forgot to write one in a password as `%40`.
    var authority: Substring { place.prefix { $0 != "/" } }

    /// The value of the parameter `schema`, the one that is ours.
    var schema: String? { parameters.last { $0.hasPrefix("schema=") }.map { String($0.dropFirst("schema=".count)) } }

    /// The URL as libpq takes it.
    var url: String { text(password, parameters.filter { !$0.hasPrefix("schema=") }) }

    /// The URL to be shown.
    var withoutSecrets: String {
        // An @ too many means that a part of the password stands in the host's place.
        if authority.contains("@") { return scheme + "…" }
        return text(nil, parameters.filter { !Self.secrets.contains($0.prefix { $0 != "=" }) })
    }

    private func text(_ password: Substring?, _ parameters: [Substring]) -> String {
        let login = user.map { user in user + (password.map { ":" + $0 } ?? "") + "@" } ?? ""
        let query = parameters.isEmpty ? "" : "?" + parameters.joined(separator: "&")
        return scheme + login + place + query
    }
}
