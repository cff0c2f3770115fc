import Synchronization

/// A registry that ends with the process: for tests, and for `--store memory`.
public final class MemoryRegistryStore: RegistryStore {
    private struct State {
        var entries: OrderedTable<RegistryEntry>
        var bindings: OrderedTable<Binding>
        var names: [String: String]
    }

    private let state: Mutex<State>

    public init(_ contents: RegistryContents = RegistryContents()) {
        state = Mutex(
            State(
                entries: OrderedTable(contents.entries, by: \.registryID),
                bindings: OrderedTable(contents.bindings, by: \.bindingID),
                names: contents.names
            )
        )
    }

    public func load() async throws -> RegistryContents {
        state.withLock {
            RegistryContents(entries: $0.entries.values, bindings: $0.bindings.values, names: $0.names)
        }
    }

    public func apply(_ changes: [RegistryChange]) async throws {
        state.withLock { state in
            for change in changes {
                switch change {
                case .save(let entry): state.entries.put(entry)
                case .remove(let id): state.entries.remove(id)
                case .saveBinding(let binding): state.bindings.put(binding)
                case .removeBinding(let id): state.bindings.remove(id)
                case .remember(let name, let id): state.names[name] = id
                case .forget(let name): state.names[name] = nil
                }
            }
        }
    }
}
