import Bus
public import SharedState

/// State documents and their history in PostgreSQL.
///
/// An update locks its id by name, not by row: there may be no row yet, and two processes that make one must see each
/// other all the same.
public struct PostgresStateStore: StateStore {
    private typealias SQL = PostgresSQL.State
    private typealias History = PostgresSQL.StateHistory

    /// How many removals are remembered, the newest ones: a bound, since most ids never come back.
    private static let removalLimit = 100_000

    private let database: PostgresDatabase

    public init(_ database: PostgresDatabase) {
        self.database = database
    }

    public func document(_ id: String) async throws -> StateDocument? {
        try await database.read { db in try db.first(SQL.document, [.key(id)], StateDocument.init(row:)) }
    }

    public func summaries(after id: String?, limit: Int) async throws -> [StateSummary] {
        let limit = PostgresValue.integer(max(limit, 0))
        return try await database.read { db in
            guard let id else { return try db.all(SQL.summaries, [limit], StateSummary.init(row:)) }
            return try db.all(SQL.summariesAfter, [.key(id), limit], StateSummary.init(row:))
        }
    }

    public func changes(of id: String, after version: Int, limit: Int) async throws -> [StateChange] {
        let values = [PostgresValue.key(id), .integer(version), .integer(max(limit, 0))]
        return try await database.read { db in try db.all(History.changes, values, StateChange.init(row:)) }
    }

    public func update<Outcome: Sendable>(
        _ id: String,
        key: String?,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try await database.write(locking: [database.lock.number("state", id)]) { db in
            let slot = try Self.slot(id, key: key, in: db)
            let update = try decide(slot)
            switch update.change {
            case .keep: break
            case .save(let document, let change):
                Self.save(document, in: slot, db)
                Self.record(change, of: id, forgetting: update.forgetting, db)
            case .remove(let change):
                Self.remove(id, change.version, db)
                Self.record(change, of: id, forgetting: update.forgetting, db)
            }
            return update.outcome
        }
    }

    private static func slot(_ id: String, key: String?, in db: PostgresTransaction) throws -> StateSlot {
        // All questions are one round trip.
        let (document, removed) = (db.ask(SQL.document, [.key(id)]), db.ask(SQL.removedVersion, [.key(id)]))
        let change = key.map { db.ask(History.changeWithKey, [.key(id), .key($0)]) }
        let applied = try change?.rows().first(StateChange.init(row:))
        if let document = try document.rows().first(StateDocument.init(row:)) {
            return StateSlot(document, applied: applied)
        }
        if let version = try removed.rows().first({ Int($0.integer(0)) }) {
            return StateSlot(removedAt: version, applied: applied)
        }
        // Removals that are long ago are forgotten by their number, the history by its age.
        let version = try db.first(History.lastVersion, [.key(id)]) { $0.optionalInteger(0) } ?? nil
        return StateSlot(removedAt: version.map { Int($0) } ?? 0, applied: applied)
    }

    private static func save(_ document: StateDocument, in slot: StateSlot, _ db: PostgresTransaction) {
        db.run(SQL.put, document.columns)
        if slot.document == nil, slot.version > 0 { db.run(SQL.deleteRemoval, [.key(document.id)]) }
    }

    private static func remove(_ id: String, _ version: Int, _ db: PostgresTransaction) {
        db.run(SQL.delete, [.key(id)])
        db.run(SQL.putRemoval, [.key(id), .integer(version)])
        db.run(SQL.deleteOldRemovals, [.integer(removalLimit)])
    }

    private static func record(
        _ change: StateChange,
        of id: String,
        forgetting: StateForgetting,
        _ db: PostgresTransaction
    ) {
        db.run(History.insert, [.key(id)] + change.columns)
        let limit = PostgresValue.integer(StateForgetting.batch / 2)
        if forgetting.version > 0 {
            db.run(History.deleteUpToVersion, [.key(id), .integer(forgetting.version), limit])
        }
        if let time = forgetting.time {
            db.run(History.deleteBefore, [.integer(time.millisecondsSinceEpoch), limit])
        }
    }
}

extension StateDocument {
    /// Reads the columns of `PostgresSQL.State.document`.
    fileprivate init(row: PostgresRow) {
        self.init(
            id: row.text(0),
            version: Int(row.integer(1)),
            createdAt: Timestamp(millisecondsSinceEpoch: row.integer(2)),
            lastModified: Timestamp(millisecondsSinceEpoch: row.integer(3)),
            content: row.bytes(4)
        )
    }

    fileprivate var columns: [PostgresValue] {
        [
            .key(id), .integer(version), .integer(createdAt.millisecondsSinceEpoch),
            .integer(lastModified.millisecondsSinceEpoch), .text(String(decoding: content, as: UTF8.self)),
        ]
    }
}

extension StateSummary {
    /// Reads the columns of `PostgresSQL.State.summaries`.
    fileprivate init(row: PostgresRow) {
        self.init(
            id: row.text(0),
            createdAt: Timestamp(millisecondsSinceEpoch: row.integer(1)),
            lastModified: Timestamp(millisecondsSinceEpoch: row.integer(2))
        )
    }
}

extension StateChange {
    /// Reads the columns of `PostgresSQL.StateHistory.changes`.
    fileprivate init(row: PostgresRow) {
        self.init(
            version: Int(row.integer(0)),
            time: Timestamp(millisecondsSinceEpoch: row.integer(1)),
            createdAt: Timestamp(millisecondsSinceEpoch: row.integer(2)),
            author: row.optionalText(3),
            key: row.optionalText(4),
            patch: row.optionalBytes(5),
            inverse: row.optionalBytes(6)
        )
    }

    fileprivate var columns: [PostgresValue] {
        [
            .integer(version), .integer(time.millisecondsSinceEpoch), .integer(createdAt.millisecondsSinceEpoch),
            .optionalKey(author), .optionalKey(key), .optional(patch.map { String(decoding: $0, as: UTF8.self) }),
            .optional(inverse.map { String(decoding: $0, as: UTF8.self) }),
        ]
    }
}
