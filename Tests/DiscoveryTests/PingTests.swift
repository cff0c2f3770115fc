import Bus
import Testing

@testable import Discovery

struct PingTests {
    private var fixture = MachineFixture()

    private mutating func pingsAfter(_ duration: Duration) -> [String] {
        fixture.pass(duration)
        fixture.machine.expire(at: fixture.now)
        return fixture.machine.takeEffects().pings
    }

    private mutating func end(_ id: String, _ outcome: PingOutcome) -> [String] {
        fixture.machine.pinged(id, outcome, at: fixture.now)
        return fixture.machine.takeEffects().events.map(\.brief)
    }

    @Test mutating func aServiceIsPingedEveryThirtySeconds() throws {
        let id = try fixture.register("a", pings: true)
        #expect(pingsAfter(.seconds(29)) == [])
        #expect(pingsAfter(.seconds(1)) == [id])
        #expect(pingsAfter(.seconds(60)) == [], "one at a time")
        #expect(fixture.machine.nextDeadline == nil)
        #expect(end(id, .answered) == [])
        #expect(fixture.entries[0].lastSeen == fixture.now.time)
        #expect(fixture.machine.nextDeadline == fixture.now.instant + .seconds(30))
    }

    @Test mutating func whoAskedForNoPingsGetsNone() throws {
        _ = try fixture.register("a")
        #expect(fixture.machine.nextDeadline == nil)
        #expect(pingsAfter(.seconds(3600)) == [])
    }

    @Test mutating func threeFailuresInARowEvictAServiceWithItsBindings() throws {
        let id = try fixture.register("a", pings: true)
        _ = try fixture.machine.bind(source: id, target: id, at: fixture.now)
        _ = pingsAfter(.seconds(30))
        #expect(end(id, .failed(reason: "refused")) == ["changed a: a ping failed: refused"])
        #expect(fixture.entries[0].health == .warning)
        #expect(pingsAfter(.seconds(30)) == [id])
        #expect(end(id, .failed(reason: "refused")) == [])
        #expect(pingsAfter(.seconds(30)) == [id])
        #expect(end(id, .failed(reason: "refused")) == ["evicted a: 3 pings in a row failed: refused"])
        #expect(fixture.entries.isEmpty)
        #expect(fixture.machine.view.bindings.values.isEmpty)
        #expect(fixture.machine.nextDeadline == nil)
    }

    @Test mutating func aGoodPingBetweenForgivesTheFailures() throws {
        let id = try fixture.register("a", pings: true)
        for _ in 0..<5 {
            _ = pingsAfter(.seconds(30))
            #expect(end(id, .failed(reason: "refused")) == ["changed a: a ping failed: refused"])
            _ = pingsAfter(.seconds(30))
            #expect(end(id, .answered) == ["changed a: it answers again"])
            #expect(fixture.entries[0].health == .passing)
        }
    }

    @Test mutating func aRenewalForgivesTheFailures() throws {
        let id = try fixture.register("a", pings: true)
        for _ in 0..<2 {
            _ = pingsAfter(.seconds(30))
            _ = end(id, .failed(reason: "refused"))
        }
        try fixture.machine.renew(id, at: fixture.now)
        #expect(fixture.entries[0].health == .passing)
        _ = pingsAfter(.seconds(30))
        #expect(end(id, .failed(reason: "refused")).last == "changed a: a ping failed: refused")
    }

    @Test mutating func aPingThatNobodyCouldTrySaysNothing() throws {
        let id = try fixture.register("a", pings: true)
        for _ in 0..<10 {
            #expect(pingsAfter(.seconds(30)) == [id])
            #expect(end(id, .notTried) == [])
        }
        #expect(fixture.entries[0].health == .passing)
    }

    @Test mutating func theEndOfAPingOfSomebodyWhoHasLeftIsIgnored() throws {
        let id = try fixture.register("a", pings: true)
        _ = pingsAfter(.seconds(30))
        try fixture.machine.unregister(id, at: fixture.now)
        _ = fixture.machine.takeEffects()
        #expect(end(id, .failed(reason: "refused")) == [])
    }

    @Test mutating func onlySoManyPingsAreUnderWayAtOnce() throws {
        var configuration = LivenessConfiguration()
        configuration.concurrentPings = 2
        fixture = MachineFixture(configuration)
        let ids = try ["a", "b", "c"].map { name in
            fixture.pass(.seconds(1))
            return try fixture.register(name, pings: true)
        }
        #expect(pingsAfter(.seconds(40)) == [ids[0], ids[1]])
        #expect(fixture.machine.nextDeadline == nil, "a place must become free first")
        _ = end(ids[1], .answered)
        #expect(pingsAfter(.zero) == [ids[2]])
    }
}
