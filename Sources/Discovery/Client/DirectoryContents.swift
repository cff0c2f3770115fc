import Bus
import JSON

/// A copy of the registry that events keep up to date: decisions only.
struct DirectoryContents: Sendable {
    private var entries = OrderedTable<RegistryEntry>(by: \.registryID)
    private var byTag: [String: [String]] = [:]
    private var position: FeedPosition?

    /// Whether the copy is not to be relied on before the next snapshot.
    var needsSnapshot: Bool { position == nil }

    /// Every entry, oldest registration first.
    var all: [RegistryEntry] { entries.values }

    func entry(_ idOrName: String) -> RegistryEntry? {
        entries[idOrName] ?? entries.values.first { $0.serviceName == idOrName }
    }

    func find(tag: String) -> [RegistryEntry] {
        (byTag[tag] ?? []).compactMap { entries[$0] }
    }

    /// Starts again from a snapshot.
    mutating func start(from snapshot: RegistrySnapshot) {
        position = FeedPosition(source: snapshot.source, sequence: snapshot.revision)
        entries = OrderedTable(snapshot.entries, by: \.registryID)
        index()
    }

    /// Events may have been missed.
    mutating func interrupted() {
        position = nil
    }

    /// Follows the events as far as they follow each other.
    mutating func apply(_ events: [Event]) {
        var hasChanged = false
        for event in events {
            guard let revision = event.data["revision"]?.intValue else { continue }
            let next = FeedPosition(source: event.source, sequence: UInt64(clamping: revision))
            switch position?.step(to: next) {
            case .next:
                position = next
                hasChanged = true
                apply(event)
            case .hole: position = nil
            case .known, nil: break
            }
        }
        if hasChanged { index() }
    }

    private mutating func apply(_ event: Event) {
        guard let entry = event.data["entry"].flatMap(RegistryEntry.init) else { return }
        switch event.type {
        case "platform.service.evicted", "platform.service.unregistered": entries.remove(entry.registryID)
        default: entries.put(entry)
        }
    }

    private mutating func index() {
        byTag = [:]
        for entry in entries.values {
            for tag in Set(entry.tags) {
                byTag[tag, default: []].append(entry.registryID)
            }
        }
    }
}
