/// Pings: an HTTP service is asked now and then, and leaves when it did not answer several times in a row.
extension RegistryMachine {
    /// When the next ping is due; nil when none is, or when as many are under way as may be.
    var nextPing: ContinuousClock.Instant? {
        pingsUnderWay < configuration.concurrentPings ? pings.values.lazy.compactMap(\.due).min() : nil
    }

    /// Starts what is due, the longest overdue first, up to the limit of those under way.
    mutating func startPings(at moment: Moment) {
        let due = pings.compactMap { id, state in state.due.map { (id, $0) } }.filter { $0.1 <= moment.instant }
        let room = max(configuration.concurrentPings - pingsUnderWay, 0)
        for (id, _) in due.sorted(by: { ($0.1, $0.0) < ($1.1, $1.0) }).prefix(room) {
            pings[id]?.due = nil
            ping(id)
        }
    }

    /// Takes note of how a ping ended.
    mutating func pinged(_ registryID: String, _ outcome: PingOutcome, at moment: Moment) {
        // It may have left, or been renewed, while the ping was under way.
        guard let state = pings[registryID], state.due == nil, let entry = view.entries[registryID] else { return }
        switch outcome {
        case .answered: pingAnswered(entry, at: moment)
        case .failed(let reason): pingFailed(entry, state.failures + 1, because: reason, at: moment)
        case .notTried: pings[registryID]?.due = moment.instant + configuration.pingInterval
        }
    }

    /// The first ping comes after one interval, also when the service has just given a sign of life.
    mutating func schedulePing(of entry: RegistryEntry, at moment: Moment) {
        pings[entry.registryID] = entry.pingURL.map { _ in
            PingState(due: moment.instant + configuration.pingInterval)
        }
    }

    /// A sign of life: what failed before no longer counts.
    mutating func seen(_ entry: inout RegistryEntry, at moment: Moment) {
        entry.lastSeen = moment.time
        if entry.transport == .http {
            entry.health = .passing
            schedulePing(of: entry, at: moment)
        }
    }

    private var pingsUnderWay: Int {
        pings.values.count { $0.due == nil }
    }

    private mutating func pingAnswered(_ entry: RegistryEntry, at moment: Moment) {
        var entry = entry
        let wasPassing = entry.health == .passing
        seen(&entry, at: moment)
        if wasPassing {
            touch(entry)
        } else {
            save(entry, .changed, reason: "it answers again", isKept: false, at: moment)
        }
    }

    private mutating func pingFailed(_ entry: RegistryEntry, _ failures: Int, because reason: String, at moment: Moment)
    {
        guard failures < configuration.pingFailures else {
            let times = failures == 1 ? "a ping" : "\(failures) pings in a row"
            return remove(entry, .evicted, reason: "\(times) failed: \(reason)", at: moment)
        }
        pings[entry.registryID] = PingState(due: moment.instant + configuration.pingInterval, failures: failures)
        var entry = entry
        guard entry.health == .passing else { return }
        entry.health = .warning
        save(entry, .changed, reason: "a ping failed: \(reason)", isKept: false, at: moment)
    }
}
