public import EngineService

/// One engine's resources and receipts in PostgreSQL, beside those of other engines.
///
/// A command may look at any resource of its engine before it decides, so commands of one service take turns, in all
/// processes that serve it. Commands that wait together take one turn.
public struct PostgresEngineStore: EngineStore {
    private let database: PostgresDatabase
    private let service: String

    /// - Parameter service: the engine's service name, which its rows are kept under.
    public init(_ database: PostgresDatabase, service: String) {
        self.database = database
        self.service = service
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineReader) throws -> Result
    ) async throws -> Result {
        try await database.read(isSnapshot: true) { [service] db in
            try body(PostgresEngineTransaction(db, service: service))
        }
    }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction) throws -> Result
    ) async throws -> Result {
        try await database.write(locking: [database.lock.number("engine", service)]) { [service] db in
            try body(PostgresEngineTransaction(db, service: service))
        }
    }
}
