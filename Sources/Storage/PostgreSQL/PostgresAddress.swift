import CPostgreSQL

/// Which PostgreSQL database, as libpq's URL says it, and which of its schemas.
///
/// The URL may hold a password. It goes to libpq and nowhere else: what is printed has none.
public struct PostgresAddress: Sendable, Hashable, CustomStringConvertible {
    /// What libpq connects to.
    let url: String
    /// Where the tables are; nil is the first schema of the user's search path, which is `public` by default.
    let schema: String?
    /// The address without passwords.
    public let description: String

    /// Reads `postgres://USER@HOST:PORT/DATABASE?schema=NAME`; every other parameter of the query is libpq's.
    ///
    /// - Throws: ``StorageError/Code/badAddress`` with a sentence that says what would be right.
    init(_ text: String) throws(StorageError) {
        let parts = PostgresURLParts(text)
        guard let parts, !parts.authority.contains("@"), Self.isReadable(parts.url) else {
            throw StorageError(
                .badAddress,
                """
                This is no address of a PostgreSQL database: \(parts?.withoutSecrets ?? "postgres:…"). Use \
                postgres://USER@HOST:PORT/DATABASE with the characters @ : / ? # % in a name or password as %40 %3A \
                %2F %3F %23 %25.
                """
            )
        }
        if let schema = parts.schema, !Self.isName(schema) {
            throw StorageError(
                .badAddress,
                "'\(schema)' is no name for a schema: use up to 63 letters, digits and _, a letter first."
            )
        }
        url = parts.url
        schema = parts.schema
        description = parts.withoutSecrets
    }

    /// Where else the schemas of one database are looked at, as tests do.
    func with(schema: String) -> PostgresAddress {
        PostgresAddress(url: url, schema: schema, description: description + " schema \(schema)")
    }

    private init(url: String, schema: String?, description: String) {
        self.url = url
        self.schema = schema
        self.description = description
    }

    private static func isReadable(_ url: String) -> Bool {
        // What libpq says of an address that it cannot read has the address in it, so it is not passed on.
        guard !url.utf8.contains(0), let options = PQconninfoParse(url, nil) else { return false }
        PQconninfoFree(options)
        return true
    }

    private static func isName(_ text: String) -> Bool {
        let isStart = text.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 } ?? false
        return isStart && text.utf8.count <= 63
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "_")
            }
    }
}
