import Bus
import JSON
import Testing

@testable import Discovery

struct RegistryViewTests {
    private var fixture = MachineFixture()

    @Test mutating func allFiltersMustHold() throws {
        let a = Registration(
            serviceName: "a",
            serviceURL: "http://a",
            tags: ["x", "y"],
            semanticProfile: "https://p.org/text",
            mediaTypes: ["text/plain"]
        )
        let b = Registration(serviceName: "b", serviceURL: "http://b", tags: ["x"], mediaTypes: ["text/plain"])
        for registration in [a, b] { _ = try fixture.machine.register(registration, at: fixture.now) }
        func find(_ query: RegistryQuery) -> [String] { fixture.machine.view.find(query).map(\.serviceName) }
        #expect(find(RegistryQuery()) == ["a", "b"], "the oldest first")
        #expect(find(RegistryQuery(tag: "x")) == ["a", "b"])
        #expect(find(RegistryQuery(tag: "y")) == ["a"])
        #expect(find(RegistryQuery(profile: "p.org")) == ["a"])
        #expect(find(RegistryQuery(mediaType: "text/plain")) == ["a", "b"])
        #expect(find(RegistryQuery(mediaType: "text")) == [])
        #expect(find(RegistryQuery(tag: "x", profile: "text", mediaType: "text/plain")) == ["a"])
        #expect(find(RegistryQuery(tag: "y", profile: "other")) == [])
    }

    @Test mutating func anEntryHasAllItsMembers() throws {
        let registration = Registration(serviceName: "a", serviceURL: "http://a:1/x/", tags: ["t"])
        let (id, _) = try fixture.machine.register(registration, at: fixture.now)
        #expect(
            fixture.entries[0].json(baseURL: "http://host") == [
                "registryID": .string(id), "serviceName": "a", "serviceURL": "http://a:1/x/", "tags": ["t"],
                "semanticProfile": nil, "mediaTypes": [], "pingURL": nil, "lastRenewed": "2026-01-31T09:15:00.123Z",
                "lastSeen": "2026-01-31T09:15:00.123Z", "registeredAt": "2026-01-31T09:15:00.123Z",
                "transport": "http", "health": "passing", "instances": 1, "contract": "http://a:1/x/forms",
                "description": nil, "version": nil,
            ]
        )
    }

    @Test mutating func aBusServiceIsMetThroughTheClientsGateway() {
        fixture.machine.workers(are: WorkerSnapshot(1, ["my text/1", "shared-state/1"]), at: fixture.now)
        let text = fixture.entries[0].json(baseURL: "http://host:8080")
        #expect(text["serviceURL"] == "http://host:8080/services/my%20text")
        #expect(text["pingURL"] == "http://host:8080/services/my%20text/ping")
        #expect(text["contract"] == "http://host:8080/services/my%20text/forms")
        let state = fixture.entries[1].json(baseURL: "http://host:8080")
        #expect(state["serviceURL"] == "http://host:8080")
        #expect(state["pingURL"] == "http://host:8080/services/shared-state/ping")
        #expect(fixture.entries[0].json()["serviceURL"] == "/services/my%20text")
        #expect(fixture.entries[1].json()["serviceURL"] == "/")
    }

    @Test mutating func anEntryIsReadAsItWasWritten() throws {
        let registration = Registration(
            serviceName: "a",
            serviceURL: "http://a",
            tags: ["t"],
            semanticProfile: "p",
            mediaTypes: ["m/n"],
            pingURL: "http://a/p"
        )
        _ = try fixture.machine.register(registration, at: fixture.now)
        fixture.pass(.seconds(3))
        try fixture.machine.renew(fixture.entries[0].registryID, at: fixture.now)
        fixture.machine.workers(
            are: WorkerSnapshot(1, ["b/1", "discovery/1"], announcing: ["version": "1", "description": "d"]),
            at: fixture.now
        )
        for entry in fixture.entries {
            #expect(RegistryEntry(json: entry.json()) == entry)
        }
        #expect(RegistryEntry(json: ["registryID": "x"]) == nil)
    }

    @Test mutating func theOldestOfANameStandsForIt() throws {
        _ = try fixture.register("a", at: "http://one")
        _ = try fixture.register("a", at: "http://two", tags: ["t"])
        _ = try fixture.register("b", at: "http://three")
        let view = fixture.machine.view
        #expect(view.services(baseURL: "") == ["a": "http://one", "b": "http://three"])
        let a = view.details(baseURL: "")["a"]
        #expect(a?["url"] == "http://one")
        #expect(a?["instances"] == 2)
        #expect(a?["health"] == "passing")
    }

    @Test mutating func aSnapshotIsReadAsItWasWritten() throws {
        _ = try fixture.register("a")
        fixture.machine.workers(are: WorkerSnapshot(1, ["b/1"]), at: fixture.now)
        let snapshot = try #require(RegistrySnapshot(json: fixture.machine.view.snapshot))
        #expect(snapshot == RegistrySnapshot(source: "/discovery/test", revision: 2, entries: fixture.entries))
    }
}
