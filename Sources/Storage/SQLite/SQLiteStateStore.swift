import Bus
import Foundation
import GRDB
public import SharedState

/// State documents in SQLite.
public struct SQLiteStateStore: StateStore {
    private typealias SQL = SQLiteSQL.State

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

    public func update<Outcome: Sendable>(
        _ id: String,
        _ decide: @escaping @Sendable (StateSlot) throws -> StateUpdate<Outcome>
    ) async throws -> Outcome {
        try await database.write { db in
            let slot = try Self.slot(id, in: db)
            let update = try decide(slot)
            switch update.change {
            case .keep: break
            case .save(let document): try Self.save(document, in: slot, db)
            case .remove(let version): try Self.remove(id, version, db)
            }
            return update.outcome
        }
    }

    private static func document(_ id: String, in db: Database) throws -> StateDocument? {
        try db.first(SQL.document, [Key(id)], StateDocument.init(row:))
    }

    private static func slot(_ id: String, in db: Database) throws -> StateSlot {
        if let document = try document(id, in: db) { return StateSlot(document) }
        return StateSlot(removedAt: try db.first(SQL.removedVersion, [Key(id)]) { $0[0] as Int } ?? 0)
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
}

extension StateDocument {
    /// Reads the columns of `SQLiteSQL.State.document`.
    fileprivate init(row: Row) {
        self.init(
            id: (row[0] as Key).text,
            version: row[1],
            createdAt: Timestamp(millisecondsSinceEpoch: row[2]),
            lastModified: Timestamp(millisecondsSinceEpoch: row[3]),
            content: [UInt8](row[4] as Data)
        )
    }

    fileprivate var columns: [(any DatabaseValueConvertible)?] {
        [
            Key(id), version, createdAt.millisecondsSinceEpoch, lastModified.millisecondsSinceEpoch,
            String(decoding: content, as: UTF8.self),
        ]
    }
}

extension StateSummary {
    /// Reads the columns of `SQLiteSQL.State.summaries`.
    fileprivate init(row: Row) {
        self.init(
            id: (row[0] as Key).text,
            createdAt: Timestamp(millisecondsSinceEpoch: row[1]),
            lastModified: Timestamp(millisecondsSinceEpoch: row[2])
        )
    }
}
