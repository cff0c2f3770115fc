import Bus
import GRDB
public import SharedState

/// State documents and their history in SQLite.
public struct SQLiteStateStore: StateStore {
    private typealias SQL = SQLiteSQL.State
    private typealias History = SQLiteSQL.StateHistory

    /// How many removals are remembered, the newest ones: a bound, since most ids never come back.
    private static let removalLimit = 100_000

    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) {
        self.database = database
    }

    public func document(_ id: String) async throws -> StateDocument? {
        try await database.read { db in try Self.document(id, in: db) }
    }

    public func summaries(after id: String?, limit: Int) async throws -> [StateSummary] {
        let limit = max(limit, 0)
        return try await database.read { db in
            guard let id else { return try db.all(SQL.summaries, [limit], StateSummary.init(row:)) }
            return try db.all(SQL.summariesAfter, [Key(id), limit], StateSummary.init(row:))
        }
    }

    public func changes(of id: String, after version: Int, limit: Int) async throws -> [StateChange] {
        try await database.read { db in
            try db.all(History.changes, [Key(id), version, max(limit, 0)], StateChange.init(row:))
        }
    }

    public func update<Outcome: Sendable>(
        _ id: String,
        key: String?,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try await database.write { db in
            let slot = try Self.slot(id, key: key, in: db)
            let update = try decide(slot)
            switch update.change {
            case .keep: break
            case .save(let document, let change):
                try Self.save(document, in: slot, db)
                try Self.record(change, of: id, forgetting: update.forgetting, db)
            case .remove(let change):
                try Self.remove(id, change.version, db)
                try Self.record(change, of: id, forgetting: update.forgetting, db)
            }
            return update.outcome
        }
    }

    private static func document(_ id: String, in db: Database) throws -> StateDocument? {
        try db.first(SQL.document, [Key(id)], StateDocument.init(row:))
    }

    private static func slot(_ id: String, key: String?, in db: Database) throws -> StateSlot {
        let applied = try key.flatMap { key in
            try db.first(History.changeWithKey, [Key(id), Key(key)], StateChange.init(row:))
        }
        let slot = try db.first(SQL.slot, [Key(id)]) { row in
            guard let version = row[5] as Int? else { return StateSlot(StateDocument(row: row), applied: applied) }
            return StateSlot(removedAt: version, applied: applied)
        }
        return slot ?? StateSlot(applied: applied)
    }

    private static func save(_ document: StateDocument, in slot: StateSlot, _ db: Database) throws {
        try db.run(SQL.put, document.columns)
        if slot.document == nil, slot.version > 0 { try db.run(SQL.deleteRemoval, [Key(document.id)]) }
    }

    private static func remove(_ id: String, _ version: Int, _ db: Database) throws {
        try db.run(SQL.delete, [Key(id)])
        try db.run(SQL.putRemoval, [Key(id), version])
        try db.run(SQL.deleteOldRemovals, [removalLimit])
    }

    private static func record(
        _ change: StateChange,
        of id: String,
        forgetting: StateForgetting,
        _ db: Database
    ) throws {
        try db.run(History.insert, [Key(id)] + change.columns)
        let limit = StateForgetting.batch / 2
        if forgetting.version > 0 { try db.run(History.deleteUpToVersion, [Key(id), forgetting.version, limit]) }
        if let time = forgetting.time { try db.run(History.deleteBefore, [time.millisecondsSinceEpoch, limit]) }
    }
}

extension StateDocument {
    /// Reads the columns of `SQLiteSQL.State.document`, with which those of `slot` begin.
    fileprivate init(row: SQLiteRow) {
        self.init(
            id: (row[0] as Key).text,
            version: row[1],
            createdAt: Timestamp(millisecondsSinceEpoch: row[2]),
            lastModified: Timestamp(millisecondsSinceEpoch: row[3]),
            content: row[4]
        )
    }

    fileprivate var columns: [any SQLiteValue] {
        [
            Key(id), version, createdAt.millisecondsSinceEpoch, lastModified.millisecondsSinceEpoch,
            String(decoding: content, as: UTF8.self),
        ]
    }
}

extension StateSummary {
    /// Reads the columns of `SQLiteSQL.State.summaries`.
    fileprivate init(row: SQLiteRow) {
        self.init(
            id: (row[0] as Key).text,
            createdAt: Timestamp(millisecondsSinceEpoch: row[1]),
            lastModified: Timestamp(millisecondsSinceEpoch: row[2])
        )
    }
}

extension StateChange {
    /// Reads the columns of `SQLiteSQL.StateHistory.changes`.
    fileprivate init(row: SQLiteRow) {
        self.init(
            version: row[0],
            time: Timestamp(millisecondsSinceEpoch: row[1]),
            createdAt: Timestamp(millisecondsSinceEpoch: row[2]),
            author: (row[3] as Key?)?.text,
            key: (row[4] as Key?)?.text,
            patch: row[5],
            inverse: row[6]
        )
    }

    fileprivate var columns: [any SQLiteValue] {
        [
            version, time.millisecondsSinceEpoch, createdAt.millisecondsSinceEpoch, author.map(Key.init),
            key.map(Key.init), patch.map { String(decoding: $0, as: UTF8.self) },
            inverse.map { String(decoding: $0, as: UTF8.self) },
        ]
    }
}
