public import Discovery
import GRDB
import JSON

/// The registry in SQLite.
public struct SQLiteRegistryStore: RegistryStore {
    private typealias SQL = SQLiteSQL.Registry

    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) {
        self.database = database
    }

    /// All that is kept.
    ///
    /// - Throws: ``StorageError/Code/corrupt`` when a row cannot be read.
    public func load() async throws -> RegistryContents {
        try await database.read { db in
            RegistryContents(
                entries: try db.all(SQL.entries) { row in
                    try Self.read(row, "registry entry", RegistryEntry.init)
                },
                bindings: try db.all(SQL.bindings) { row in
                    try Self.read(row, "binding", Binding.init)
                },
                names: try Dictionary(uniqueKeysWithValues: db.all(SQL.names) { ($0[0] as String, $0[1] as String) })
            )
        }
    }

    public func apply(_ changes: [RegistryChange]) async throws {
        try await database.write { db in
            for change in changes {
                try Self.apply(change, in: db)
            }
        }
    }

    private static func apply(_ change: RegistryChange, in db: Database) throws {
        switch change {
        case .save(let entry):
            try db.run(SQL.putEntry, [entry.registryID, entry.json().description])
        case .remove(let id):
            try db.run(SQL.deleteEntry, [id])
        case .saveBinding(let binding):
            try db.run(SQL.putBinding, [binding.bindingID, binding.json.description])
        case .removeBinding(let id):
            try db.run(SQL.deleteBinding, [id])
        case .remember(let name, let id):
            try db.run(SQL.putName, [name, id])
        case .forget(let name):
            try db.run(SQL.deleteName, [name])
        }
    }

    private static func read<T>(_ row: SQLiteRow, _ what: String, _ make: (JSONValue) -> T?) throws -> T {
        guard let json = try? JSONValue(parsing: row[1] as String), let value = make(json) else {
            throw StorageError.corrupt("\(what) \(row[0] as String)")
        }
        return value
    }
}
