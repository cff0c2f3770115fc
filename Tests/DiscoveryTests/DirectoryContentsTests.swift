import Bus
import JSON
import Testing

@testable import Discovery

struct DirectoryContentsTests {
    private var fixture = MachineFixture()
    private var contents = DirectoryContents()

    private mutating func load() throws {
        contents.start(from: try #require(RegistrySnapshot(json: fixture.machine.view.snapshot)))
    }

    private mutating func follow() {
        contents.apply(fixture.machine.takeEffects().events)
    }

    private mutating func add(_ name: String, tags: [String] = []) throws {
        let registration = Registration(serviceName: name, serviceURL: "http://\(name)", tags: tags)
        _ = try fixture.machine.register(registration, at: fixture.now)
    }

    @Test mutating func itFollowsTheRegistry() throws {
        #expect(contents.needsSnapshot)
        _ = try fixture.register("a", tags: ["x"])
        try load()
        #expect(!contents.needsSnapshot)
        try add("b", tags: ["x", "y"])
        try add("c", tags: ["y"])
        follow()
        #expect(contents.all == fixture.entries)
        #expect(contents.find(tag: "x").map(\.serviceName) == ["a", "b"])
        try fixture.machine.unregister(fixture.entries[1].registryID, at: fixture.now)
        try add("a", tags: ["z"])
        follow()
        #expect(contents.all == fixture.entries)
        #expect(contents.find(tag: "x") == [])
        #expect(contents.find(tag: "y").map(\.serviceName) == ["c"])
        #expect(contents.find(tag: "z").map(\.serviceName) == ["a"])
    }

    @Test mutating func anEntryIsFoundByIDAndByName() throws {
        let id = try fixture.register("a")
        try load()
        #expect(contents.entry(id)?.serviceName == "a")
        #expect(contents.entry("a")?.registryID == id)
        #expect(contents.entry("b") == nil)
    }

    @Test mutating func whatTheSnapshotContainsIsNotAppliedAgain() throws {
        try add("a")
        let events = fixture.machine.takeEffects().events
        try fixture.machine.unregister(fixture.entries[0].registryID, at: fixture.now)
        _ = fixture.machine.takeEffects()
        try load()
        contents.apply(events)
        #expect(contents.all == [])
        #expect(!contents.needsSnapshot)
    }

    @Test mutating func aHoleAsksForASnapshot() throws {
        try load()
        try add("a")
        _ = fixture.machine.takeEffects()
        try add("b")
        follow()
        #expect(contents.needsSnapshot)
        #expect(contents.all == [])
    }

    @Test mutating func anotherLifeOfTheRegistryAsksForASnapshot() throws {
        try load()
        contents.apply([
            Event(
                topic: "registry.a",
                sequence: 1,
                type: "platform.service.registered",
                source: "/discovery/other",
                data: ["revision": 1]
            )
        ])
        #expect(contents.needsSnapshot)
    }

    @Test mutating func anInterruptionKeepsTheEntriesUntilTheSnapshot() throws {
        _ = try fixture.register("a")
        try load()
        contents.interrupted()
        #expect(contents.needsSnapshot)
        #expect(contents.entry("a") != nil)
    }
}
