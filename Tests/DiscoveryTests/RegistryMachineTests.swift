import Bus
import JSON
import Testing

@testable import Discovery

struct RegistryMachineTests {
    private var fixture = MachineFixture()

    @Test mutating func aRegistrationIsKeptAndTold() throws {
        let registration = Registration(serviceName: "text", serviceURL: "http://text", tags: ["upper"])
        let (id, isNew) = try fixture.machine.register(registration, at: fixture.now)
        #expect(isNew)
        let effects = fixture.machine.takeEffects()
        let entry = try #require(fixture.machine.view.entry(id))
        #expect(effects.changes == [.save(entry)])
        let event = try #require(effects.events.first)
        #expect(event.topic == "registry.text")
        #expect(event.type == "platform.service.registered")
        #expect(event.source == "/discovery/test")
        #expect(event.sequence == 1)
        #expect(event.data["revision"] == 1)
        #expect(event.data["entry"] == entry.json())
    }

    @Test mutating func theSameURLAgainRenewsItsEntry() throws {
        let first = try fixture.register("text", at: "http://text/", tags: ["old"])
        fixture.pass(.seconds(1))
        let again = Registration(serviceName: "text2", serviceURL: "http://TEXT", tags: ["new"])
        let (id, isNew) = try fixture.machine.register(again, at: fixture.now)
        #expect(id == first)
        #expect(!isNew)
        #expect(fixture.entries.count == 1)
        #expect(fixture.entries[0].tags == ["new"])
        #expect(fixture.entries[0].serviceName == "text2")
        #expect(fixture.entries[0].registeredAt == MachineFixture.start.time)
        #expect(fixture.entries[0].lastRenewed == fixture.now.time)
        #expect(fixture.machine.takeEffects().events.map(\.brief) == ["renewed text2"])
    }

    @Test mutating func oneNameAtTwoURLsAreTwoEntries() throws {
        let first = try fixture.register("text", at: "http://one")
        let second = try fixture.register("text", at: "http://two")
        #expect(first != second)
        #expect(fixture.machine.view.entry("text")?.registryID == first)
    }

    @Test mutating func aRenewalMovesTheTimes() throws {
        let id = try fixture.register("text")
        fixture.pass(.seconds(5))
        try fixture.machine.renew(id, at: fixture.now)
        #expect(fixture.entries[0].lastRenewed == fixture.now.time)
        #expect(fixture.entries[0].lastSeen == fixture.now.time)
        #expect(fixture.machine.takeEffects().events.map(\.brief) == ["renewed text"])
    }

    @Test mutating func whatIsNotThereIs404() {
        let now = fixture.now
        var machine = fixture.machine
        #expect(throws: Problem(.notFound, "Service not found: x")) { try machine.renew("x", at: now) }
        #expect(throws: Problem(.notFound, "Service not found: x")) { try machine.unregister("x", at: now) }
        #expect(throws: Problem(.notFound, "Service not found: x")) {
            try machine.bind(source: "x", target: "x", at: now)
        }
        #expect(throws: Problem(.notFound, "Binding not found: x")) { try machine.unbind("x") }
        #expect(machine.takeEffects().events.isEmpty)
    }

    @Test mutating func anEntryLeavesWithItsBindings() throws {
        let a = try fixture.register("a")
        let b = try fixture.register("b")
        let c = try fixture.register("c")
        let ab = try fixture.machine.bind(source: a, target: b, at: fixture.now)
        let bc = try fixture.machine.bind(source: b, target: c, at: fixture.now)
        let ca = try fixture.machine.bind(source: c, target: a, at: fixture.now)
        _ = fixture.machine.takeEffects()
        try fixture.machine.unregister(a, at: fixture.now)
        #expect(fixture.entries.map(\.serviceName) == ["b", "c"])
        #expect(fixture.machine.view.bindings.values.map(\.bindingID) == [bc])
        let effects = fixture.machine.takeEffects()
        #expect(
            effects.changes == [
                .remove(registryID: a), .removeBinding(bindingID: ab), .removeBinding(bindingID: ca),
            ]
        )
        #expect(effects.events.map(\.brief) == ["unregistered a: unregistered"])
    }

    @Test mutating func anURLIsUnregisteredIfItHasTheTag() throws {
        _ = try fixture.register("a", at: "http://a", tags: ["t"])
        fixture.machine.unregister(serviceURL: "http://a", tag: "other", at: fixture.now)
        fixture.machine.unregister(serviceURL: "http://b", tag: nil, at: fixture.now)
        fixture.machine.unregister(serviceURL: "nonsense", tag: nil, at: fixture.now)
        #expect(fixture.entries.count == 1)
        #expect(fixture.machine.takeEffects().changes.isEmpty)
        fixture.machine.unregister(serviceURL: "http://a/", tag: "t", at: fixture.now)
        #expect(fixture.entries.isEmpty)
    }

    @Test mutating func anURLMayComeBackAsANewEntry() throws {
        let first = try fixture.register("a", at: "http://a")
        try fixture.machine.unregister(first, at: fixture.now)
        #expect(try fixture.register("a", at: "http://a") != first)
    }

    @Test mutating func sequencesAndRevisionsHaveNoHoles() throws {
        let a = try fixture.machine.register(Registration(serviceName: "a", serviceURL: "http://a"), at: fixture.now)
        _ = try fixture.machine.register(Registration(serviceName: "b", serviceURL: "http://b"), at: fixture.now)
        try fixture.machine.renew(a.registryID, at: fixture.now)
        try fixture.machine.unregister(a.registryID, at: fixture.now)
        _ = try fixture.machine.register(Registration(serviceName: "a", serviceURL: "http://a"), at: fixture.now)
        let events = fixture.machine.takeEffects().events
        #expect(events.compactMap { $0.data["revision"]?.intValue } == [1, 2, 3, 4, 5])
        #expect(events.filter { $0.topic == "registry.a" }.map(\.sequence) == [1, 2, 3, 4])
        #expect(events.filter { $0.topic == "registry.b" }.map(\.sequence) == [1])
        #expect(fixture.machine.view.revision == 5)
    }

    @Test mutating func aFullRegistryRefusesWhatIsNew() throws {
        var configuration = LivenessConfiguration()
        configuration.entryLimit = 1
        configuration.bindingLimit = 1
        fixture = MachineFixture(configuration)
        let id = try fixture.register("a")
        #expect(throws: Problem(507, "The registry holds 1 services, which is its limit")) {
            try fixture.register("b")
        }
        #expect(try fixture.register("a") == id)
        _ = try fixture.machine.bind(source: id, target: id, at: fixture.now)
        let now = fixture.now
        var machine = fixture.machine
        #expect(throws: Problem(507, "The registry holds 1 bindings, which is its limit")) {
            try machine.bind(source: id, target: id, at: now)
        }
    }

    @Test mutating func aRestartKnowsWhatWasKept() throws {
        let a = try fixture.register("a", tags: ["t"], pings: true)
        let b = try fixture.register("b")
        let binding = try fixture.machine.bind(source: a, target: b, at: fixture.now)
        let contents = RegistryContents(
            entries: fixture.entries,
            bindings: fixture.machine.view.bindings.values,
            names: [:]
        )
        var restarted = MachineFixture(restoring: contents)
        #expect(restarted.entries == fixture.entries)
        #expect(restarted.machine.view.bindings[binding] != nil)
        #expect(restarted.machine.view.revision == 0)
        #expect(restarted.machine.nextDeadline == MachineFixture.start.instant + .seconds(30))
        #expect(try restarted.register("a") == a)
    }
}
