import Bus
import JSON

/// The registry as it can be asked: a value, so that readers never wait for a change.
struct RegistryView: Sendable {
    /// Names this life of the registry: revisions and sequences are counted anew in each.
    let source: String
    /// How many changes there were, each of them an event.
    var revision: UInt64 = 0
    var entries: OrderedTable<RegistryEntry>
    var bindings: OrderedTable<Binding>

    /// The entry with that id, or the oldest with that name.
    func entry(_ idOrName: String) -> RegistryEntry? {
        entries[idOrName] ?? entries.values.first { $0.serviceName == idOrName }
    }

    /// The entries that have all that is asked for, oldest first.
    func find(_ query: RegistryQuery) -> [RegistryEntry] {
        entries.values.filter(query.matches)
    }
}

extension RegistryView {
    /// Name → URL of every service; the oldest of those with the same name.
    func services(baseURL: String) -> JSONValue {
        byName { .string(EntryLinks(of: $0, under: baseURL).service) }
    }

    /// Name → what there is to know of every service; the oldest of those with the same name.
    func details(baseURL: String) -> JSONValue {
        byName { entry in
            let same = entries.values.filter { $0.serviceName == entry.serviceName }
            return [
                "url": .string(EntryLinks(of: entry, under: baseURL).service),
                "tags": .array(entry.tags.map(JSONValue.string)),
                "semanticProfile": JSONValue(entry.semanticProfile),
                "mediaTypes": .array(entry.mediaTypes.map(JSONValue.string)),
                "version": JSONValue(entry.version),
                "health": .string(entry.health.rawValue),
                "instances": JSONValue(same.reduce(0) { $0 + $1.instances }),
            ]
        }
    }

    /// What a ``Directory`` starts from.
    var snapshot: JSONValue {
        [
            "source": .string(source), "revision": JSONValue(revision),
            "entries": .array(entries.values.map { $0.json() }),
        ]
    }

    private func byName(_ value: (RegistryEntry) -> JSONValue) -> JSONValue {
        var members: JSONObject = [:]
        for entry in entries.values where members[entry.serviceName] == nil {
            members[entry.serviceName] = value(entry)
        }
        return .object(members)
    }
}
