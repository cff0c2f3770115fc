/// Where a store is, as `--store` names it: `memory`, `sqlite:PATH` or `postgres://…`.
public enum StoreURL: Sendable, Hashable, CustomStringConvertible {
    /// In this process; gone when it ends.
    case memory
    /// One SQLite file, made when it is missing. A relative path is relative to the working directory.
    case sqlite(path: String)
    /// A PostgreSQL database, which processes on many machines may share.
    case postgres(PostgresAddress)

    /// Reads the address of a store.
    ///
    /// - Throws: ``StorageError/Code/badAddress`` with a sentence that says what would be right.
    public init(_ text: String) throws(StorageError) {
        if text == "memory" {
            self = .memory
        } else if let path = text.removing(prefix: "sqlite:") {
            self = try .file(at: path, of: text)
        } else if text.hasPrefix("postgres:") || text.hasPrefix("postgresql:") {
            self = .postgres(try PostgresAddress(text))
        } else {
            // What follows may be a password, if this was meant for a URL.
            let shown = text.firstIndex(of: "@") == nil ? text : text.prefix { $0 != ":" } + ":…"
            throw StorageError(.badAddress, "'\(shown)' names no store: use sqlite:PATH, postgres://… or memory.")
        }
    }

    public var description: String {
        switch self {
        case .memory: "memory"
        case .sqlite(let path): "sqlite:\(path)"
        case .postgres(let address): "\(address)"
        }
    }

    /// `sqlite:data/p.db`, `sqlite:/data/p.db` and the URL forms `sqlite:///data/p.db`, `sqlite://data/p.db`.
    private static func file(at rest: String, of text: String) throws(StorageError) -> Self {
        let path = rest.removing(prefix: "//") ?? rest
        guard !path.isEmpty, path != ":memory:", !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw StorageError(.badAddress, "'\(text)' names no file: use sqlite:PATH, or memory to keep nothing.")
        }
        return .sqlite(path: path)
    }
}

extension String {
    /// What follows `prefix`, or nil when it is not there.
    fileprivate func removing(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
