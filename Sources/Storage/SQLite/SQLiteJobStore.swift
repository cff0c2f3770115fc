import Foundation
import GRDB
import JSON
public import JobControl

/// Jobs in SQLite: a row a job, a row an entry.
public struct SQLiteJobStore: JobStore {
    private typealias SQL = SQLiteSQL.Job

    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) {
        self.database = database
    }

    public func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws {
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: 0)
        try await write { db in
            let values = record.columns + [rows.count]
            guard let number = try db.first(SQL.insert, values, { $0[0] as Int64 }) else {
                throw JobStoreError.exists(record.id)
            }
            try db.run(SQL.insertDocument, [number, Data(document)])
            try Self.insert(rows, of: number, in: db)
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        guard let first = entries.first?.sequence, first > 0 else { return try await replace(record) }
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: first - 1)
        try await write { db in
            let last = Int64(first) - 1
            let values = record.columns + [last + Int64(rows.count), last]
            guard let number = try db.first(SQL.update, values, { $0[0] as Int64 }) else {
                throw try Self.refusal(of: record.id, found: first, in: db)
            }
            try Self.insert(rows, of: number, in: db)
        }
    }

    public func record(_ id: String) async throws -> JobRecord? {
        try await database.read { db in try db.first(SQL.record, [id], JobRecord.init(row:)) }
    }

    public func newest(_ limit: Int, matching filter: JobFilter) async throws -> [JobRecord] {
        let limit = max(limit, 0)
        return try await database.read { db in
            guard filter != JobFilter() else {
                return try db.all(SQL.newest, [limit], JobRecord.init(row:)).reversed()
            }
            return try db.all(SQL.newestMatching, filter.columns + [limit], JobRecord.init(row:)).reversed()
        }
    }

    public func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        let (last, limit) = (Int64(clamping: sequence), max(limit, 0))
        return try await database.read { db in try db.all(SQL.entries, [id, last, limit], JobEntry.init(row:)) }
    }

    public func document(_ id: String) async throws -> [UInt8]? {
        try await database.read { db in try db.first(SQL.document, [id]) { [UInt8]($0[0] as Data) } }
    }

    public func unfinished() async throws -> [JobRecord] {
        try await database.read { db in try db.all(SQL.unfinished, [], JobRecord.init(row:)) }
    }

    /// A new summary without an entry.
    private func replace(_ record: JobRecord) async throws {
        try await write { db in
            guard let last = try db.first(SQL.lastSequence, [record.id], { $0[0] as Int64 }) else {
                throw JobStoreError.unknown(record.id)
            }
            _ = try db.first(SQL.update, record.columns + [last, last]) { $0[0] as Int64 }
        }
    }

    /// Tells in the port's words that nothing was written as too much is waiting, or somebody else has the lock.
    private func write(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        do {
            try await database.write(body)
        } catch let error as StorageError where error.code == .busy || error.code == .overloaded {
            throw JobStoreError.busy(error.message)
        }
    }

    private static func insert(_ rows: [JobEntryRow], of job: Int64, in db: Database) throws {
        for row in rows {
            try db.run(SQL.insertEntry, [job, row.sequence, row.type, row.time, row.data, row.payload])
        }
    }

    private static func refusal(of id: String, found: UInt64, in db: Database) throws -> JobStoreError {
        guard let last = try db.first(SQL.lastSequence, [id], { $0[0] as Int64 }) else { return .unknown(id) }
        return .outOfSequence(job: id, expected: UInt64(clamping: last) + 1, found: found)
    }
}
