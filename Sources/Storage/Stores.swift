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
    /// Who runs which job: the one process that has the store, or one of several that share it.
    public let leases: any JobLeases
    private let database: Database

    /// What the stores are on.
    private enum Database {
        case memory
        case sqlite(SQLiteDatabase)
        case postgres(PostgresDatabase)
    }

    /// Opens what `url` names; a database is made when it is missing and brought to the newest schema.
    ///
    /// - Throws: ``StorageError`` when it cannot be opened.
    public static func open(_ url: StoreURL, logger: Logger? = nil) async throws -> Stores {
        switch url {
        case .memory:
            let jobs = MemoryJobStore()
            return Stores(
                registry: MemoryRegistryStore(),
                state: MemoryStateStore(),
                jobs: jobs,
                leases: SoleJobLeases(jobs),
                database: .memory
            )
        case .sqlite(let path):
            let database = try await SQLiteDatabase.open(path)
            logger?.debug("database opened", metadata: ["path": "\(path)"])
            return Stores(database)
        case .postgres(let address):
            let database = try await PostgresDatabase.open(address)
            logger?.debug("database opened", metadata: ["address": "\(address)"])
            return Stores(database)
        }
    }

    /// Stores on an open database; ``close()`` closes it.
    public init(_ database: SQLiteDatabase) {
        self.init(
            registry: SQLiteRegistryStore(database),
            state: SQLiteStateStore(database),
            jobs: SQLiteJobStore(database),
            leases: SoleJobLeases(SQLiteJobStore(database)),
            database: .sqlite(database)
        )
    }

    /// Stores on an open database; ``close()`` closes it.
    public init(_ database: PostgresDatabase) {
        self.init(
            registry: PostgresRegistryStore(database),
            state: PostgresStateStore(database),
            jobs: PostgresJobStore(database),
            leases: PostgresJobStore(database),
            database: .postgres(database)
        )
    }

    private init(
        registry: any RegistryStore,
        state: any StateStore,
        jobs: any JobStore,
        leases: any JobLeases,
        database: Database
    ) {
        self.registry = registry
        self.state = state
        self.jobs = jobs
        self.leases = leases
        self.database = database
    }

    /// A store for the engine of that service. In memory every call makes a new, empty one.
    public func engine(service: String) -> any EngineStore {
        switch database {
        case .memory: MemoryEngineStore()
        case .sqlite(let database): SQLiteEngineStore(database, service: service)
        case .postgres(let database): PostgresEngineStore(database, service: service)
        }
    }

    /// Does what is queued and closes the database; does nothing in memory.
    public func close() async throws {
        switch database {
        case .memory: break
        case .sqlite(let database): try await database.close()
        case .postgres(let database): await database.close()
        }
    }
}
