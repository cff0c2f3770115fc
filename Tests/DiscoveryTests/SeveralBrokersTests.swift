import Bus
import JSON
import Support
import Testing

@testable import Discovery

/// The registry over two brokers that die, start again and learn of the same workers in different moments.
@Suite struct SeveralBrokersTests {
    /// A broker as the registry sees it: it names its workers itself, and counts its events.
    private struct Site {
        var isUp = true
        var life = 1
        var sequence: UInt64 = 0
        /// Process → its name here.
        var workers: [Int: String] = [:]
        let name: String

        var source: String { "/broker/\(name)\(life)" }
    }

    private enum Item {
        case event(FeedPosition, WorkerChange)
        case interrupted
    }

    /// Two brokers, processes that serve, and a subscriber on one of the brokers.
    private struct World {
        var random: SeededGenerator
        var fixture = MachineFixture()
        var sites = [Site(name: "a"), Site(name: "b")]
        /// Process → its service, while it runs.
        var processes: [Int: String] = [:]
        /// The same for all there ever were.
        var services: [Int: String] = [:]
        var lastProcess = 0
        /// Where the subscriber is; nil while no broker is there.
        var place: Int? = 0
        var feed: [Item] = [.interrupted]
        var evicted: [String] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
        }

        mutating func start(_ service: String) {
            lastProcess += 1
            processes[lastProcess] = service
            services[lastProcess] = service
        }

        mutating func stop(_ process: Int) {
            processes[process] = nil
            for index in sites.indices where sites[index].workers[process] != nil { notice(process, at: index) }
        }

        /// A broker takes in that a process has come or gone.
        mutating func notice(_ process: Int, at index: Int) {
            guard sites[index].isUp else { return }
            if let service = processes[process], sites[index].workers[process] == nil {
                let worker = "\(process)-at-\(sites[index].source)"
                sites[index].workers[process] = worker
                publish(service, worker, at: index, make: WorkerChange.ready)
            } else if processes[process] == nil, let worker = sites[index].workers.removeValue(forKey: process) {
                publish(services[process] ?? "", worker, at: index, make: WorkerChange.gone)
            }
        }

        private mutating func publish(
            _ service: String,
            _ worker: String,
            at index: Int,
            make: (BusWorkerInfo) -> WorkerChange
        ) {
            sites[index].sequence += 1
            let json: JSONValue = ["service": .string(service), "worker": .string(worker)]
            guard place == index, let info = BusWorkerInfo(json: json) else { return }
            let position = FeedPosition(source: sites[index].source, sequence: sites[index].sequence)
            feed.append(.event(position, make(info)))
        }

        mutating func kill(_ index: Int) {
            guard sites[index].isUp else { return }
            sites[index].isUp = false
            sites[index].workers = [:]
            if place == index { move(to: sites.firstIndex { $0.isUp }) }
        }

        mutating func restart(_ index: Int) {
            guard !sites[index].isUp else { return }
            sites[index].isUp = true
            sites[index].life += 1
            sites[index].sequence = 0
            if place == nil { move(to: index) }
        }

        /// What had not been read yet is lost with the connection, or is not, as it happens.
        private mutating func move(to index: Int?) {
            if Bool.random(using: &random) { feed.removeLast(.random(in: 0...feed.count, using: &random)) }
            place = index
            if index != nil { feed.append(.interrupted) }
        }

        /// The follower takes what has arrived, or asks for a snapshot that the broker of the moment answers.
        mutating func follow() {
            let (now, isAsking) = (fixture.now, fixture.machine.needsWorkerSnapshot)
            if isAsking, let place {
                fixture.machine.workers(are: snapshot(at: place), at: now)
            } else if !feed.isEmpty {
                switch feed.removeFirst() {
                case .interrupted: fixture.machine.busInterrupted()
                case .event(let position, let change):
                    fixture.machine.workerChanged(change, to: position, at: now)
                }
            }
            pass(.milliseconds(20))
        }

        func snapshot(at index: Int) -> WorkerSnapshot {
            let site = sites[index]
            let workers = site.workers.sorted { $0.key < $1.key }.compactMap { process, worker in
                BusWorkerInfo(json: ["service": .string(services[process] ?? ""), "worker": .string(worker)])
            }
            return WorkerSnapshot(
                position: FeedPosition(source: site.source, sequence: site.sequence),
                workers: workers
            )
        }

        mutating func pass(_ duration: Duration) {
            fixture.pass(duration)
            fixture.machine.expire(at: fixture.now)
            evicted += fixture.machine.takeEffects().events.map(\.brief).filter { $0.hasPrefix("evicted") }
        }

        mutating func settleIfABrokerIsThere() {
            if place != nil { settle() }
        }

        /// Every process reaches every broker that is there, and everything that was said is read.
        mutating func settle() {
            for process in processes.keys.sorted() {
                for index in sites.indices { notice(process, at: index) }
            }
            while !feed.isEmpty || fixture.machine.needsWorkerSnapshot { follow() }
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func whateverDiesTheRegistryKnowsInTheEndWhoServes(_ seed: UInt64) {
        var world = World(seed: seed)
        for _ in 1...3 { world.start("kept") }
        world.settle()
        for step in 1...300 {
            switch Int.random(in: 0..<12, using: &world.random) {
            case 0: world.kill(.random(in: 0...1, using: &world.random))
            case 1, 2: world.restart(.random(in: 0...1, using: &world.random))
            case 3: world.start("other")
            case 4:
                let others = world.processes.filter { $0.value == "other" }.keys.sorted()
                if let process = others.randomElement(using: &world.random) { world.stop(process) }
            case 5, 6:
                if let process = world.processes.keys.sorted().randomElement(using: &world.random) {
                    world.notice(process, at: .random(in: 0...1, using: &world.random))
                }
            default: world.follow()
            }
            // Workers are back at a broker long before the grace time is over.
            if step.isMultiple(of: 50) { world.settleIfABrokerIsThere() }
        }
        world.restart(0)
        world.restart(1)
        world.settle()
        world.pass(.seconds(60))
        #expect(world.evicted.allSatisfy { !$0.contains("kept") }, "seed \(seed)")
        for service in ["kept", "other"] {
            let count = world.processes.values.count { $0 == service }
            #expect(world.fixture.machine.view.entry(service)?.instances ?? 0 == count, "seed \(seed)")
        }
        #expect(world.fixture.machine.nextDeadline == nil)
    }

    @Test func anEventOfAnotherBrokerOnlyAsksForItsSnapshot() throws {
        var fixture = MachineFixture()
        fixture.machine.workers(are: WorkerSnapshot(7, source: "/broker/a", ["text/1", "text/2"]), at: fixture.now)
        let info = try #require(BusWorkerInfo("text/9"))
        let elsewhere = FeedPosition(source: "/broker/b", sequence: 8)
        fixture.machine.workerChanged(.ready(info), to: elsewhere, at: fixture.now)
        #expect(fixture.machine.needsWorkerSnapshot)
        #expect(fixture.entries[0].instances == 2, "the same workers have other names there")
        fixture.machine.workers(are: WorkerSnapshot(8, source: "/broker/b", ["text/8", "text/9"]), at: fixture.now)
        #expect(fixture.entries[0].instances == 2)
    }

    @Test func theIDsOfServicesThatAreLongGoneAreForgotten() {
        var configuration = LivenessConfiguration()
        (configuration.nameLimit, configuration.grace) = (10, .zero)
        var fixture = MachineFixture(configuration)
        let names = (10..<21).map { "s\($0)/1" }
        for (sequence, name) in names.enumerated() {
            let snapshot = WorkerSnapshot(UInt64(sequence + 1), [name])
            fixture.machine.workers(are: snapshot, at: fixture.now)
            fixture.machine.expire(at: fixture.now)
        }
        let forgotten = fixture.machine.takeEffects().changes.compactMap { change in
            if case .forget(let name) = change { name } else { nil }
        }
        #expect(forgotten.count == 2)
        #expect(!forgotten.contains("s20"), "which is listed")
        #expect(fixture.machine.bus.formerID(of: forgotten[0]) == nil)
    }
}
