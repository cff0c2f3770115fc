import CPostgreSQL
import Glibc

extension PostgresConnection {
    /// Connects and readies the session. Waits as long as `settings` allow for every host of the address.
    static func open(
        _ address: PostgresAddress,
        _ settings: PostgresDatabase.Configuration
    ) throws -> PostgresConnection {
        // Later ones win: the address over our wishes, our needs over the address.
        let parameters = [
            ("fallback_application_name", "platform"),
            ("connect_timeout", "\(settings.connectTimeout.wholeSeconds)"),
            ("dbname", address.url),
            ("client_encoding", "UTF8"),
        ]
        guard let raw = connect(parameters) else { throw PostgresLoss(connection: nil) }
        guard PQstatus(raw) == CONNECTION_OK else {
            defer { PQfinish(raw) }
            throw PostgresLoss(connection: raw)
        }
        let connection = try PostgresConnection(raw)
        try connection.ready(for: address, settings)
        return connection
    }

    private static func connect(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keywords = parameters.map { strdup($0.0) } + [nil]
        let values = parameters.map { strdup($0.1) } + [nil]
        defer { for text in keywords + values { free(text) } }
        return PQconnectdbParams(
            keywords.map { UnsafePointer($0) },
            values.map { UnsafePointer($0) },
            1  // `dbname` is a whole address
        )
    }

    /// Sets what every session of ours relies on, and refuses a server that we would lose data on.
    private func ready(for address: PostgresAddress, _ settings: PostgresDatabase.Configuration) throws {
        let values: [PostgresValue] = [
            .text("\(settings.statementTimeout.wholeMilliseconds)"), .text("\(settings.lockTimeout.wholeMilliseconds)"),
            .optional(address.schema.map { "\"\($0)\"" }),
        ]
        let replies = try run([PostgresCommand(sql: PostgresSQL.ready, values: values)], within: settings.patience)
        switch replies.first {
        case .rows(let rows):
            guard let refusal = rows.first({ Self.refusal(of: $0, at: address) }) ?? nil else { return }
            throw refusal
        case .failed(let refusal):
            throw StorageError(.cannotOpen, "Cannot open \(address): \(refusal).", cause: refusal)
        case .skipped, nil: throw PostgresLoss(description: "the session could not be set up")
        }
    }

    private static func refusal(of row: PostgresRow, at address: PostgresAddress) -> StorageError? {
        let (encoding, version) = (row.text(0), row.integer(1))
        if version < 150_000 {
            return StorageError(
                .cannotOpen,
                "\(address) is PostgreSQL \(version / 10_000), or says that it is: 15 or later is needed."
            )
        }
        if encoding != "UTF8" {
            return StorageError(.cannotOpen, "The database \(address) has the encoding \(encoding): UTF8 is needed.")
        }
        return nil
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
    /// Libpq takes whole seconds, and takes one for two.
    fileprivate var wholeSeconds: Int64 { max(components.seconds, 2) }
}
