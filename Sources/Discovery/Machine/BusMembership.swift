/// Which workers serve which bus service, which of these services are listed, and which have to leave soon.
struct BusMembership: Sendable {
    /// Service → its workers. A service without workers is not in here.
    private(set) var workers: [String: Set<String>] = [:]
    /// Service → id of its entry.
    private(set) var listed: [String: String] = [:]
    /// Service → when it leaves the registry, unless a worker comes back.
    private(set) var leaving: [String: ContinuousClock.Instant] = [:]
    /// Service → the id that it had when it was last listed.
    private var names: [String: String]
    /// How far the broker's events were followed; nil while a snapshot is needed.
    var position: FeedPosition?

    init(names: [String: String]) {
        self.names = names
    }

    /// When the next service leaves. While nobody knows who is on the bus, nobody leaves.
    var nextDeadline: ContinuousClock.Instant? {
        position == nil ? nil : leaving.values.min()
    }

    /// The services whose time is over, in order of their names.
    func lost(at instant: ContinuousClock.Instant) -> [String] {
        guard position != nil else { return [] }
        return leaving.filter { $0.value <= instant }.map(\.key).sorted()
    }

    /// The id that the service had before.
    func formerID(of service: String) -> String? { names[service] }

    mutating func list(_ service: String, as registryID: String) {
        listed[service] = registryID
        names[service] = registryID
    }

    /// Forgets the oldest ids of services that are not listed, so that a tenth of `limit` is free; returns their
    /// services. Ids of the platform sort by their age.
    mutating func forgetOldest(beyond limit: Int) -> [String] {
        guard names.count > limit else { return [] }
        let excess = names.count - limit * 9 / 10
        let oldest = names.filter { listed[$0.key] == nil }.sorted { $0.value < $1.value }.prefix(excess).map(\.key)
        for service in oldest { names[service] = nil }
        return oldest
    }

    mutating func unlist(_ service: String) {
        listed[service] = nil
        leaving[service] = nil
    }

    mutating func add(_ worker: String, to service: String) {
        workers[service, default: []].insert(worker)
        leaving[service] = nil
    }

    /// True when it was there.
    mutating func remove(_ worker: String, from service: String) -> Bool {
        guard workers[service]?.remove(worker) != nil else { return false }
        if workers[service]?.isEmpty == true { workers[service] = nil }
        return true
    }

    mutating func removeAllWorkers() {
        workers = [:]
    }

    /// The service leaves at `instant`, or earlier if that was decided before.
    mutating func leave(_ service: String, at instant: ContinuousClock.Instant) {
        leaving[service] = min(leaving[service] ?? instant, instant)
    }

    /// Nobody has to leave for now.
    mutating func stopLeaving() {
        leaving = [:]
    }
}
