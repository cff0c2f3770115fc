public import Discovery
public import EngineService
public import JobControl
public import Logging
public import SharedState

/// The stores of one process, on one database or in memory.
public struct Stores: Sendable {
    public let registry: any RegistryStore
    public let state: any StateStore
    public let jobs: any JobStore
    private let database: SQLiteDatabase?

    /// Opens what `url` names; a database is made when it is missing and brought to the newest schema.
    ///
    /// - Throws: ``StorageError`` when it cannot be opened.
    public static func open(_ url: StoreURL, logger: Logger? = nil) async throws -> Stores {
        switch url {
        case .memory:
            return Stores(registry: MemoryRegistryStore(), state: MemoryStateStore(), jobs: MemoryJobStore())
        case .sqlite(let path):
            let database = try await SQLiteDatabase.open(path)
            logger?.debug("database opened", metadata: ["path": "\(path)"])
            return Stores(database)
        }
    }

    /// Stores on an open database; ``close()`` closes it.
    public init(_ database: SQLiteDatabase) {
        self.init(
            registry: SQLiteRegistryStore(database),
            state: SQLiteStateStore(database),
            jobs: SQLiteJobStore(database),
            database: database
        )
    }

    private init(
        registry: any RegistryStore,
        state: any StateStore,
        jobs: any JobStore,
        database: SQLiteDatabase? = nil
    ) {
        self.registry = registry
        self.state = state
        self.jobs = jobs
        self.database = database
    }

    /// A store for the engine of that service. In memory every call makes a new, empty one.
    public func engine(service: String) -> any EngineStore {
        database.map { SQLiteEngineStore($0, service: service) } ?? MemoryEngineStore()
    }

    /// Does what is queued and closes the database; does nothing in memory.
    public func close() async throws {
        try await database?.close()
    }
}
