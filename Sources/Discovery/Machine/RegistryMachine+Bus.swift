/// Bus services: listed while any of their workers is there, and for a while after the last one has gone.
///
/// One broker's word is taken at a time: its snapshot and the events that follow it. An event of another broker means
/// that the subscriber has moved, and that a snapshot of that one is needed.
extension RegistryMachine {
    /// Whether the broker must be asked who is there: at the start, and after a hole in its events.
    var needsWorkerSnapshot: Bool { bus.position == nil }

    /// Events may have been missed. Until a snapshot tells who is there, nobody leaves.
    mutating func busInterrupted() {
        bus.position = nil
        bus.stopLeaving()
    }

    /// Takes the broker's word for who is there.
    mutating func workers(are snapshot: WorkerSnapshot, at moment: Moment) {
        bus.position = snapshot.position
        bus.removeAllWorkers()
        for info in snapshot.workers {
            bus.add(info.worker, to: info.service)
        }
        let newest = Dictionary(snapshot.workers.map { ($0.service, $0.announcement) }) { _, last in last }
        for info in snapshot.workers.uniqued(by: \.service) {
            listService(info.service, newest[info.service] ?? info.announcement, at: moment)
        }
        for service in bus.listed.keys.sorted() where bus.workers[service] == nil {
            lostLastWorker(of: service, at: moment)
        }
    }

    /// Takes note of an event about workers, if it follows what is known; nil is one of a kind that is not known.
    mutating func workerChanged(_ change: WorkerChange?, to position: FeedPosition, at moment: Moment) {
        switch bus.position?.step(to: position) {
        case .next:
            bus.position = position
            if let change { apply(change, at: moment) }
        case .hole: busInterrupted()
        case .known, nil: break
        }
    }

    /// Removes the bus services whose time to come back is over.
    mutating func evictLostServices(at moment: Moment) {
        for service in bus.lost(at: moment.instant) {
            guard let entry = bus.listed[service].flatMap({ view.entries[$0] }) else { continue }
            let reason = "no worker for \(configuration.grace)"
            remove(entry, .evicted, reason: reason, at: moment)
        }
    }

    private mutating func apply(_ change: WorkerChange, at moment: Moment) {
        switch change {
        case .ready(let info):
            bus.add(info.worker, to: info.service)
            listService(info.service, info.announcement, at: moment)
        case .gone(let info):
            guard bus.remove(info.worker, from: info.service) else { return }
            workerLeft(info.service, at: moment)
        }
    }

    private mutating func workerLeft(_ service: String, at moment: Moment) {
        guard let count = bus.workers[service]?.count else { return lostLastWorker(of: service, at: moment) }
        guard var entry = bus.listed[service].flatMap({ view.entries[$0] }) else { return }
        entry.instances = count
        entry.lastSeen = moment.time
        save(entry, .changed, reason: "a worker has gone", isKept: false, at: moment)
    }

    private mutating func lostLastWorker(of service: String, at moment: Moment) {
        guard var entry = bus.listed[service].flatMap({ view.entries[$0] }) else { return }
        bus.leave(service, at: moment.instant + configuration.grace)
        guard entry.instances > 0 else { return }
        entry.instances = 0
        entry.health = .critical
        entry.lastSeen = moment.time
        save(entry, .changed, reason: "its last worker has gone", isKept: false, at: moment)
    }

    private mutating func listService(_ service: String, _ announcement: WorkerAnnouncement, at moment: Moment) {
        guard !announcement.isInternal else { return }
        if let entry = bus.listed[service].flatMap({ view.entries[$0] }) {
            refresh(entry, announcement, at: moment)
        } else {
            add(service, announcement, at: moment)
        }
    }

    private mutating func add(_ service: String, _ announcement: WorkerAnnouncement, at moment: Moment) {
        let former = bus.formerID(of: service)
        let id = former ?? newID()
        bus.list(service, as: id)
        if former == nil {
            remember(serviceName: service, registryID: id)
            for name in bus.forgetOldest(beyond: configuration.nameLimit) { forget(serviceName: name) }
        }
        save(announced(service, announcement, id, at: moment), .registered, at: moment)
    }

    private mutating func refresh(_ entry: RegistryEntry, _ announcement: WorkerAnnouncement, at moment: Moment) {
        var new = announced(entry.serviceName, announcement, entry.registryID, at: moment)
        new.registeredAt = entry.registeredAt
        if entry.says(announcement) {
            guard new.instances != entry.instances || new.health != entry.health else { return touch(new) }
            save(new, .changed, reason: "a worker has come", isKept: false, at: moment)
        } else {
            save(new, .renewed, at: moment)
        }
    }

    private func announced(
        _ service: String,
        _ announcement: WorkerAnnouncement,
        _ id: String,
        at moment: Moment
    ) -> RegistryEntry {
        RegistryEntry(
            registryID: id,
            serviceName: service,
            transport: .bus,
            serviceURL: EntryLinks.path(of: service),
            tags: announcement.tags,
            semanticProfile: announcement.semanticProfile,
            mediaTypes: announcement.mediaTypes,
            summary: announcement.summary,
            version: announcement.version,
            registeredAt: moment.time,
            instances: bus.workers[service]?.count ?? 0
        )
    }
}

extension RegistryEntry {
    /// Whether the entry says what the announcement does.
    fileprivate func says(_ announcement: WorkerAnnouncement) -> Bool {
        tags == announcement.tags && semanticProfile == announcement.semanticProfile
            && mediaTypes == announcement.mediaTypes && summary == announcement.summary
            && version == announcement.version
    }
}

extension Array {
    /// The first element of each `key`, in order.
    fileprivate func uniqued(by key: (Element) -> String) -> [Element] {
        var seen: Set<String> = []
        return filter { seen.insert(key($0)).inserted }
    }
}
