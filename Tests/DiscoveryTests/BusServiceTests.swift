import Bus
import JSON
import Testing

@testable import Discovery

struct BusServiceTests {
    private var fixture = MachineFixture()

    private mutating func snapshot(_ snapshot: WorkerSnapshot) -> [String] {
        fixture.machine.workers(are: snapshot, at: fixture.now)
        return fixture.machine.takeEffects().events.map(\.brief)
    }

    private mutating func event(
        _ sequence: UInt64,
        source: String = "/broker/1",
        ready: String? = nil,
        gone: String? = nil,
        announcing: JSONValue = [:]
    ) -> [String] {
        let change =
            ready.flatMap { BusWorkerInfo($0, announcing: announcing) }.map(WorkerChange.ready)
            ?? gone.flatMap { BusWorkerInfo($0) }.map(WorkerChange.gone)
        fixture.machine.workerChanged(
            change,
            to: FeedPosition(source: source, sequence: sequence),
            at: fixture.now
        )
        return fixture.machine.takeEffects().events.map(\.brief)
    }

    @Test mutating func everyAnnouncedServiceIsListed() throws {
        #expect(fixture.machine.needsWorkerSnapshot)
        let announcement: JSONValue = [
            "tags": ["text"], "semanticProfile": "p", "mediaTypes": ["text/plain"], "description": "d", "version": "2",
        ]
        let workers = ["text/1", "time/2", "text/3"]
        #expect(
            snapshot(WorkerSnapshot(7, workers, announcing: announcement)) == ["registered text", "registered time"]
        )
        #expect(!fixture.machine.needsWorkerSnapshot)
        let text = try #require(fixture.machine.view.entry("text"))
        #expect(text.instances == 2)
        #expect(text.tags == ["text"])
        #expect(text.semanticProfile == "p")
        #expect(text.mediaTypes == ["text/plain"])
        #expect(text.summary == "d")
        #expect(text.version == "2")
        #expect(text.transport == .bus)
        #expect(text.serviceURL == "/services/text")
    }

    @Test mutating func theMachineryIsNotListed() {
        #expect(snapshot(WorkerSnapshot(1, ["http-egress/1"], announcing: ["internal": true])) == [])
        #expect(event(2, gone: "http-egress/1") == [])
        #expect(fixture.entries.isEmpty)
    }

    @Test mutating func workersComeAndGo() {
        _ = snapshot(WorkerSnapshot(1, ["text/1"]))
        #expect(event(2, ready: "text/2") == ["changed text: a worker has come"])
        #expect(fixture.entries[0].instances == 2)
        #expect(event(3, gone: "text/1") == ["changed text: a worker has gone"])
        #expect(event(4, gone: "text/1") == [], "nobody goes twice")
        #expect(fixture.entries[0].instances == 1)
        #expect(fixture.machine.nextDeadline == nil)
        #expect(event(5, gone: "text/2") == ["changed text: its last worker has gone"])
        #expect(fixture.entries[0].health == .critical)
        #expect(fixture.machine.nextDeadline == fixture.now.instant + .seconds(10))
    }

    @Test mutating func aServiceLeavesAfterTheGraceTime() {
        _ = snapshot(WorkerSnapshot(1, ["text/1"]))
        _ = event(2, gone: "text/1")
        fixture.pass(.milliseconds(9_999))
        fixture.machine.expire(at: fixture.now)
        #expect(fixture.entries.count == 1)
        fixture.pass(.milliseconds(1))
        fixture.machine.expire(at: fixture.now)
        #expect(fixture.machine.takeEffects().events.map(\.brief) == ["evicted text: no worker for 10.0 seconds"])
        #expect(fixture.entries.isEmpty)
        #expect(fixture.machine.nextDeadline == nil)
    }

    @Test mutating func aWorkerThatComesBackInTimeKeepsTheEntry() {
        _ = snapshot(WorkerSnapshot(1, ["text/1"]))
        _ = event(2, gone: "text/1")
        fixture.pass(.seconds(9))
        #expect(event(3, ready: "text/2") == ["changed text: a worker has come"])
        #expect(fixture.entries[0].health == .passing)
        #expect(fixture.machine.nextDeadline == nil)
    }

    @Test mutating func aServiceThatComesBackLaterHasTheSameID() {
        _ = snapshot(WorkerSnapshot(1, ["text/1"]))
        let id = fixture.entries[0].registryID
        _ = event(2, gone: "text/1")
        fixture.pass(.seconds(10))
        fixture.machine.expire(at: fixture.now)
        _ = fixture.machine.takeEffects()
        #expect(event(3, ready: "text/9") == ["registered text"])
        #expect(fixture.entries[0].registryID == id)
        #expect(fixture.entries[0].registeredAt == fixture.now.time)
    }

    @Test mutating func aNewAnnouncementRenewsTheEntry() {
        _ = snapshot(WorkerSnapshot(1, ["text/1"], announcing: ["tags": ["old"]]))
        fixture.pass(.seconds(1))
        #expect(event(2, ready: "text/1", announcing: ["tags": ["new"]]) == ["renewed text"])
        #expect(fixture.entries[0].tags == ["new"])
        #expect(fixture.entries[0].instances == 1)
        #expect(fixture.entries[0].registeredAt == MachineFixture.start.time)
    }

    @Test mutating func anAnnouncementOfAnyShapeIsTaken() {
        let odd: JSONValue = ["tags": "text", "mediaTypes": [1, "a/b"], "version": 3, "internal": "yes"]
        #expect(snapshot(WorkerSnapshot(1, ["text/1"], announcing: odd)) == ["registered text"])
        #expect(fixture.entries[0].tags == [])
        #expect(fixture.entries[0].mediaTypes == ["a/b"])
        #expect(fixture.entries[0].version == nil)
    }

    @Test mutating func eventsBeforeTheSnapshotAndKnownOnesAreIgnored() {
        #expect(event(4, ready: "text/1") == [])
        #expect(fixture.machine.needsWorkerSnapshot)
        _ = snapshot(WorkerSnapshot(7, ["text/1"]))
        #expect(event(7, gone: "text/1") == [])
        #expect(fixture.entries[0].instances == 1)
    }

    @Test mutating func aHoleAndAnotherBrokerAskForASnapshot() {
        _ = snapshot(WorkerSnapshot(7, ["text/1"]))
        #expect(event(9, gone: "text/1") == [])
        #expect(fixture.machine.needsWorkerSnapshot)
        _ = snapshot(WorkerSnapshot(9, ["text/1"]))
        #expect(event(10, source: "/broker/2", gone: "text/1") == [])
        #expect(fixture.machine.needsWorkerSnapshot)
    }

    @Test mutating func anEventOfAnUnknownKindIsCounted() {
        _ = snapshot(WorkerSnapshot(7, ["text/1"]))
        #expect(event(8) == [])
        #expect(event(9, ready: "text/2") == ["changed text: a worker has come"])
    }

    @Test mutating func aBrokerThatStartsAgainCostsNoEntryIfTheWorkersComeBack() {
        _ = snapshot(WorkerSnapshot(7, ["text/1", "time/1"]))
        fixture.machine.busInterrupted()
        fixture.pass(.seconds(60))
        fixture.machine.expire(at: fixture.now)
        #expect(fixture.entries.count == 2, "while nobody knows who is there, nobody leaves")
        #expect(
            snapshot(WorkerSnapshot(1, source: "/broker/2", ["time/5"])) == ["changed text: its last worker has gone"]
        )
        #expect(fixture.machine.nextDeadline == fixture.now.instant + .seconds(10))
        #expect(event(2, source: "/broker/2", ready: "text/6") == ["changed text: a worker has come"])
        #expect(fixture.machine.nextDeadline == nil)
    }

    @Test mutating func aRestartedDiscoveryWaitsForTheSnapshotBeforeItEvicts() {
        _ = snapshot(WorkerSnapshot(1, ["text/1", "time/1"]))
        let contents = RegistryContents(
            entries: fixture.entries,
            names: Dictionary(uniqueKeysWithValues: fixture.entries.map { ($0.serviceName, $0.registryID) })
        )
        fixture = MachineFixture(restoring: contents)
        #expect(fixture.machine.nextDeadline == nil)
        #expect(fixture.entries.map(\.health) == [.critical, .critical])
        #expect(snapshot(WorkerSnapshot(9, ["text/1"])) == ["changed text: a worker has come"])
        fixture.pass(.seconds(10))
        fixture.machine.expire(at: fixture.now)
        #expect(fixture.machine.takeEffects().events.map(\.brief) == ["evicted time: no worker for 10.0 seconds"])
    }

    @Test mutating func aLiveBusServiceCannotBeUnregistered() throws {
        _ = snapshot(WorkerSnapshot(1, ["text/1"]))
        let id = fixture.entries[0].registryID
        let now = fixture.now
        var machine = fixture.machine
        let sentence = "Service text is on the bus: it leaves the registry when its last worker has stopped"
        #expect(throws: Problem(.conflict, sentence)) { try machine.unregister(id, at: now) }
        _ = event(2, gone: "text/1")
        try fixture.machine.unregister(id, at: fixture.now)
        #expect(fixture.entries.isEmpty)
        #expect(fixture.machine.nextDeadline == nil)
    }
}
