import Bus
import JSON
import Synchronization

@testable import Discovery

/// A machine with ids `id-1`, `id-2`, … and a clock that the test turns.
struct MachineFixture {
    static let start = Moment(instant: .now, time: Timestamp(millisecondsSinceEpoch: 1_769_850_900_123))

    var machine: RegistryMachine
    var now = start

    init(
        _ configuration: LivenessConfiguration = .init(),
        restoring contents: RegistryContents = .init()
    ) {
        let count = Counter()
        machine = RegistryMachine(
            configuration,
            restoring: contents,
            source: "/discovery/test",
            at: Self.start,
            makeID: count.next
        )
    }

    /// Registers an HTTP service and forgets the effects.
    mutating func register(_ name: String, at url: String? = nil, tags: [String] = [], pings: Bool = false) throws
        -> String
    {
        let url = url ?? "http://\(name)"
        let registration = Registration(
            serviceName: name,
            serviceURL: url,
            tags: tags,
            pingURL: pings ? url + "/ping" : nil
        )
        let id = try machine.register(registration, at: now).registryID
        _ = machine.takeEffects()
        return id
    }

    mutating func pass(_ duration: Duration) {
        now = now + duration
    }

    var entries: [RegistryEntry] { machine.view.entries.values }
}

/// Counts ids: events have `e-…` too, so ids are not consecutive.
final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> String {
        count.withLock {
            $0 += 1
            return "id-\($0)"
        }
    }
}

extension WorkerSnapshot {
    /// Workers as `service/worker`.
    init(_ sequence: UInt64, source: String = "/broker/1", _ workers: [String], announcing: JSONValue = [:]) {
        self.init(
            position: FeedPosition(source: source, sequence: sequence),
            workers: workers.compactMap { BusWorkerInfo($0, announcing: announcing) }
        )
    }
}

extension BusWorkerInfo {
    init?(_ text: String, announcing announcement: JSONValue = [:]) {
        let parts = text.split(separator: "/").map(String.init)
        self.init(json: [
            "service": .string(parts[0]), "worker": .string(parts[1]), "credits": 16, "announcement": announcement,
        ])
    }
}
