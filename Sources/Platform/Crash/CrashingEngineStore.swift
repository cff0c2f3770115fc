import EngineService

/// An engine's store that ends the process before or after one of its writes: with nothing of a command's effect there,
/// or with all of it and nobody told.
struct CrashingEngineStore: EngineStore {
    private let store: any EngineStore
    private let trigger: CrashTrigger

    init(_ store: any EngineStore, _ trigger: CrashTrigger) {
        self.store = store
        self.trigger = trigger
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineReader) throws -> Result
    ) async throws -> Result {
        try await store.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction) throws -> Result
    ) async throws -> Result {
        try await trigger.write { try await store.write(body) }
    }
}
