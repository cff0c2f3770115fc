import JSON

/// What a broker tells about itself.
extension BrokerMachine {
    /// All workers that take requests, in the order in which they came.
    var workerSnapshot: [WorkerEvent] {
        workers.indices.filter { !workers[$0].isDraining }
            .sorted { workers[$0].number < workers[$1].number }
            .map { event(of: $0) }
    }

    /// What the broker has counted, what it has now, and the same for each service and worker.
    func statisticsSnapshot(at now: Moment) -> JSONObject {
        statistics.json.merging([
            "peers": JSONValue(peers.count), "inFlight": JSONValue(requests.count), "waiting": JSONValue(waiting),
            "heldBytes": JSONValue(heldBytes),
            "services": .array(services.indices.filter { $0 != ownRow }.map { snapshot(ofService: $0, at: now) }),
            "workers": .array(workers.indices.map { snapshot(ofWorker: $0) }),
        ])
    }

    private func snapshot(ofService service: Int, at now: Moment) -> JSONValue {
        let row = services[service]
        let active = row.workers.filter { !workers[$0].isDraining }
        return [
            "service": .string(row.text), "workers": JSONValue(active.count),
            "credits": JSONValue(active.reduce(0) { $0 + workers[$1].credits }),
            "inHand": JSONValue(row.workers.reduce(0) { $0 + workers[$1].outstanding }),
            "waiting": JSONValue(row.queue.count),
            "oldestWaitingMs": JSONValue(oldestWait(in: row.queue, at: now)),
            "requests": JSONValue(row.counters.requests), "replies": JSONValue(row.counters.replies),
            "refused": JSONValue(row.counters.refused), "expired": JSONValue(row.counters.expired),
            "lost": JSONValue(row.counters.lost),
        ]
    }

    /// In milliseconds; 0 when nothing waits.
    private func oldestWait(in queue: ServiceQueue, at now: Moment) -> Int {
        var oldest = now
        queueShares.forEachHead(of: queue) { oldest = min(oldest, requests[$0].arrival) }
        return Int((now - oldest).wholeNanoseconds / 1_000_000)
    }

    private func snapshot(ofWorker worker: Int) -> JSONValue {
        let row = workers[worker]
        var snapshot: JSONObject = [
            "service": .string(services[row.service].text), "worker": .string(name(of: worker)),
            "credits": JSONValue(row.credits), "inHand": JSONValue(row.outstanding),
        ]
        if access != nil { snapshot["peer"] = .string(name(ofPeer: row.peer)) }
        return .object(snapshot)
    }
}
