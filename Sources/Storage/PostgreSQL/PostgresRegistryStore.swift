public import Discovery
import JSON

/// The registry in PostgreSQL.
public struct PostgresRegistryStore: RegistryStore {
    private typealias SQL = PostgresSQL.Registry

    private let database: PostgresDatabase

    public init(_ database: PostgresDatabase) {
        self.database = database
    }

    /// All that is kept.
    ///
    /// - Throws: ``StorageError/Code/corrupt`` when a row cannot be read.
    public func load() async throws -> RegistryContents {
        try await database.read(isSnapshot: true) { db in
            let (entries, bindings, names) = (db.ask(SQL.entries), db.ask(SQL.bindings), db.ask(SQL.names))
            return RegistryContents(
                entries: try entries.rows().map { try Self.read($0, "registry entry", RegistryEntry.init) },
                bindings: try bindings.rows().map { try Self.read($0, "binding", Binding.init) },
                names: try Dictionary(uniqueKeysWithValues: names.rows().map { ($0.text(0), $0.text(1)) })
            )
        }
    }

    /// Changes of several processes are made one after another, each as a whole.
    public func apply(_ changes: [RegistryChange]) async throws {
        try await database.writeInHalves(locking: [database.lock.number("registry")]) { db in
            for change in changes {
                Self.apply(change, in: db)
            }
            return {}
        }
    }

    private static func apply(_ change: RegistryChange, in db: PostgresTransaction) {
        switch change {
        case .save(let entry):
            db.run(SQL.putEntry, [.key(entry.registryID), .text(entry.json().description)])
        case .remove(let id):
            db.run(SQL.deleteEntry, [.key(id)])
        case .saveBinding(let binding):
            db.run(SQL.putBinding, [.key(binding.bindingID), .text(binding.json.description)])
        case .removeBinding(let id):
            db.run(SQL.deleteBinding, [.key(id)])
        case .remember(let name, let id):
            db.run(SQL.putName, [.key(name), .key(id)])
        case .forget(let name):
            db.run(SQL.deleteName, [.key(name)])
        }
    }

    private static func read<T>(_ row: PostgresRow, _ what: String, _ make: (JSONValue) -> T?) throws -> T {
        guard let json = try? JSONValue(parsing: row.text(1)), let value = make(json) else {
            throw StorageError.corrupt("\(what) \(row.text(0))")
        }
        return value
    }
}
