import Bus

/// A worker has come or gone.
enum WorkerChange: Sendable, Hashable {
    case ready(BusWorkerInfo)
    case gone(BusWorkerInfo)

    /// Reads an event of the topic `bus.worker`; nil when it is of another kind.
    init?(_ event: Event) {
        guard let info = BusWorkerInfo(json: event.data) else { return nil }
        switch event.type {
        case "platform.worker.ready": self = .ready(info)
        case "platform.worker.gone": self = .gone(info)
        default: return nil
        }
    }
}
