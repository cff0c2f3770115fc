import Bus
import Discovery
import Storage
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RegistryStoreContract {
    private static let start = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    private func entry(_ id: String, _ transport: RegistryEntry.Transport = .http, tags: [String] = []) -> RegistryEntry
    {
        RegistryEntry(
            registryID: id,
            serviceName: "service \(id)",
            transport: transport,
            serviceURL: transport == .http ? "http://\(id)" : "/services/service%20\(id)",
            tags: tags,
            semanticProfile: "p",
            mediaTypes: ["a/b"],
            pingURL: transport == .http ? "http://\(id)/ping" : nil,
            summary: "s",
            version: "1",
            registeredAt: Self.start
        )
    }

    private func binding(_ id: String) -> Binding {
        Binding(bindingID: id, sourceRegistryID: "a", targetRegistryID: "b", createdAt: Self.start)
    }

    @Test(arguments: Backend.allCases)
    func aNewStoreIsEmpty(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            let contents = try await stores.registry.load()
            #expect(contents == RegistryContents())
        }
    }

    @Test(arguments: Backend.allCases)
    func changesAreMadeInOrder(_ backend: Backend) async throws {
        try await backend.withStores { stores in
            try await stores.registry.apply([
                .save(entry("c")), .save(entry("a", .bus)), .save(entry("b")), .saveBinding(binding("y")),
                .saveBinding(binding("x")), .remember(serviceName: "s", registryID: "old"),
                .remember(serviceName: "t", registryID: "gone"),
            ])
            try await stores.registry.apply([
                .save(entry("c", tags: ["new"])), .remove(registryID: "b"), .remove(registryID: "none"),
                .removeBinding(bindingID: "y"), .remember(serviceName: "s", registryID: "new"), .save(entry("b")),
                .forget(serviceName: "t"), .forget(serviceName: "none"),
            ])
            let expected = RegistryContents(
                entries: [entry("c", tags: ["new"]), entry("a", .bus), entry("b")],
                bindings: [binding("x")],
                names: ["s": "new"]
            )
            #expect(try await stores.registry.load() == expected)
        }
    }

    @Test(arguments: Backend.durable)
    func theRegistryOutlivesTheProcess(_ backend: Backend) async throws {
        try await afterReopening(backend) { stores in
            try await stores.registry.apply([
                .save(entry("b")), .save(entry("a")), .saveBinding(binding("x")),
                .remember(serviceName: "s", registryID: "i"),
            ])
        } _: { stores in
            let expected = RegistryContents(
                entries: [entry("b"), entry("a")],
                bindings: [binding("x")],
                names: ["s": "i"]
            )
            let contents = try await stores.registry.load()
            #expect(contents == expected)
        }
    }
}
