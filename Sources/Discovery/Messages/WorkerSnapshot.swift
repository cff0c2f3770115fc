import JSON

/// A worker of the bus, as the broker tells of it.
struct BusWorkerInfo: Sendable, Hashable {
    var service: String
    var worker: String
    var announcement: WorkerAnnouncement

    /// Reads an event's data or a member of a snapshot; nil when it names no worker.
    init?(json: JSONValue) {
        guard let service = json["service"]?.stringValue, let worker = json["worker"]?.stringValue else { return nil }
        self.service = service
        self.worker = worker
        announcement = WorkerAnnouncement(json: json["announcement"])
    }
}

/// All workers that a broker knows, and the number of the last event that is contained in that.
struct WorkerSnapshot: Sendable {
    var position: FeedPosition
    var workers: [BusWorkerInfo]
}

extension WorkerSnapshot {
    /// Reads the answer of the broker's operation `workers`; nil when it is something else.
    init?(json: JSONValue) {
        guard let source = json["source"]?.stringValue, let sequence = json["sequence"]?.intValue,
            let workers = json["workers"]?.arrayValue
        else { return nil }
        position = FeedPosition(source: source, sequence: UInt64(clamping: sequence))
        self.workers = workers.compactMap(BusWorkerInfo.init)
    }
}
