/// Where the registry is kept: read once at the start, written with every change.
public protocol RegistryStore: Sendable {
    /// All that is kept, entries in the order in which they were first saved.
    func load() async throws -> RegistryContents

    /// Makes all changes or none, in order; returns when they are durable.
    func apply(_ changes: [RegistryChange]) async throws
}
