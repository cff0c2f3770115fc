public import Bus
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

    public func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry], key: String?) async throws {
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: 0)
        try await write { db in
            let values = record.columns + [key.map(Key.init), rows.count]
            guard let number = try db.first(SQL.insert, values, { $0[0] as Int64 }) else {
                throw try Self.refusal(of: record.id, key: key, in: db)
            }
            try db.run(SQL.insertDocument, [number, document])
            try Self.insert(rows, of: number, in: db)
        }
    }

    public func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        guard let first = entries.first?.sequence, first > 0 else { return try await replace(record) }
        let rows = try JobEntryRow.rows(of: entries, of: record.id, after: first - 1)
        try await write { db in
            let last = Int64(first) - 1
            let values = record.changingColumns + [last + Int64(rows.count), last]
            guard let number = try db.first(SQL.update, values, { $0[0] as Int64 }) else {
                throw try Self.refusal(of: record.id, found: first, in: db)
            }
            try Self.insert(rows, of: number, in: db)
        }
    }

    public func record(_ id: String) async throws -> JobRecord? {
        try await database.read { db in try db.first(SQL.record, [id], JobRecord.init(row:)) }
    }

    public func job(forKey key: String) async throws -> String? {
        try await database.read { db in try db.first(SQL.idForKey, [Key(key)]) { $0[0] as String } }
    }

    public func page(_ page: JobPage) async throws -> [JobRecord] {
        let limit = max(page.limit, 0)
        let isUp = page.order == .ascending
        return try await database.read { db in
            let number = try page.after.map { try Self.number(of: $0, in: db) } ?? (isUp ? .min : .max)
            guard page.filter != JobFilter() else {
                return try db.all(isUp ? SQL.pageUp : SQL.pageDown, [number, limit], JobRecord.init(row:))
            }
            let values = page.filter.columns + [number, limit]
            return try db.all(isUp ? SQL.matchesUp : SQL.matchesDown, values, JobRecord.init(row:))
        }
    }

    public func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        let (last, limit) = (Int64(clamping: sequence), max(limit, 0))
        return try await database.read { db in try db.all(SQL.entries, [id, last, limit], JobEntry.init(row:)) }
    }

    public func document(_ id: String) async throws -> [UInt8]? {
        try await database.read { db in try db.first(SQL.document, [id]) { $0[0] as [UInt8] } }
    }

    public func unfinished() async throws -> [JobRecord] {
        try await database.read { db in try db.all(SQL.unfinished, [], JobRecord.init(row:)) }
    }

    public func incomplete(after: String?, limit: Int) async throws -> [JobRecord] {
        let limit = max(limit, 0)
        return try await database.read { db in
            let number = try after.map { try Self.number(of: $0, in: db) } ?? .min
            return try db.all(SQL.incomplete, [number, limit], JobRecord.init(row:))
        }
    }

    public func lastEntries(limit: Int) async throws -> [LastEntry] {
        let limit = max(limit, 0)
        return try await database.read { db in
            try db.all(SQL.lastEntries, [limit]) { LastEntry(job: $0[5], try JobEntry(row: $0)) }
        }
    }

    public func removeEnded(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> Int {
        let numbers = try await forgettable(olderThan: time, keeping: count, limit: max(limit, 0))
        guard !numbers.isEmpty else { return 0 }
        return try await write { db in try Self.remove(numbers, in: db) }
    }

    /// The jobs to be removed, the first ones first: what of them has changed since is seen when they are.
    private func forgettable(olderThan time: Timestamp?, keeping count: Int?, limit: Int) async throws -> [Int64] {
        try await database.read { db in
            let old = try time.map { try db.all(SQL.endedBefore, [$0.description, limit]) { $0[0] as Int64 } }
            let surplus = try count.map { try db.all(SQL.endedBeyond, [max($0, 0), limit]) { $0[0] as Int64 } }
            return Array(Set((old ?? []) + (surplus ?? [])).sorted().prefix(limit))
        }
    }

    /// A new summary without an entry.
    private func replace(_ record: JobRecord) async throws {
        try await write { db in
            guard let last = try db.first(SQL.lastSequence, [record.id], { $0[0] as Int64 }) else {
                throw JobStoreError.unknown(record.id)
            }
            _ = try db.first(SQL.update, record.changingColumns + [last, last]) { $0[0] as Int64 }
        }
    }

    /// Tells in the port's words that nothing was written as too much is waiting, or somebody else has the lock.
    private func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        do {
            return try await database.write(body)
        } catch let error as StorageError where error.code == .busy || error.code == .overloaded {
            throw JobStoreError.busy(error.message)
        }
    }

    private static func insert(_ rows: [JobEntryRow], of job: Int64, in db: Database) throws {
        var rest = rows[...]
        while !rest.isEmpty {
            let batch = rest.prefix(SQL.insertEntries.count)
            rest = rest.dropFirst(batch.count)
            try db.run(SQL.insertEntries[batch.count - 1], batch.flatMap { $0.columns(of: job) })
        }
    }

    private static func remove(_ numbers: [Int64], in db: Database) throws -> Int {
        var removed = 0
        for number in numbers where try db.first(SQL.delete, [number], { _ in true }) != nil {
            try db.run(SQL.deleteDocument, [number])
            try db.run(SQL.deleteEntries, [number])
            removed += 1
        }
        return removed
    }

    private static func number(of id: String, in db: Database) throws -> Int64 {
        guard let number = try db.first(SQL.number, [id], { $0[0] as Int64 }) else { throw JobStoreError.unknown(id) }
        return number
    }

    private static func refusal(of id: String, key: String?, in db: Database) throws -> JobStoreError {
        if try db.first(SQL.number, [id], { _ in true }) == nil, let key,
            let other = try db.first(SQL.idForKey, [Key(key)], { $0[0] as String })
        {
            return .keyInUse(key, by: other)
        }
        return .exists(id)
    }

    private static func refusal(of id: String, found: UInt64, in db: Database) throws -> JobStoreError {
        guard let last = try db.first(SQL.lastSequence, [id], { $0[0] as Int64 }) else { return .unknown(id) }
        return .outOfSequence(job: id, expected: UInt64(clamping: last) + 1, found: found)
    }
}
