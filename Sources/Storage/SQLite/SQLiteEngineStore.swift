public import EngineService
import GRDB

/// One engine's resources and receipts in SQLite, beside those of other engines.
public struct SQLiteEngineStore: EngineStore {
    private let database: SQLiteDatabase
    private let service: String

    /// - Parameter service: the engine's service name, which its rows are kept under.
    public init(_ database: SQLiteDatabase, service: String) {
        self.database = database
        self.service = service
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineReader) throws -> Result
    ) async throws -> Result {
        try await database.read { [service] db in
            try body(SQLiteEngineTransaction(db, service: service))
        }
    }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction) throws -> Result
    ) async throws -> Result {
        try await database.write { [service] db in
            try body(SQLiteEngineTransaction(db, service: service))
        }
    }
}
