import Bus
import Logging

/// Tells the machine who is on the bus: a broker's snapshot, then its events, and a snapshot again after a hole.
///
/// Both come through the subscriber, from the broker that it is on: brokers know the same workers under different names
/// and learn of them in different moments, so what two of them say cannot be put together. Whichever broker a client of
/// this process is on does not matter.
struct WorkerFollower: Sendable {
    let events: EventSubscriber
    let loop: RegistryLoop
    let logger: Logger

    /// How long to wait before asking a broker again that could not answer.
    private static let pause: Duration = .milliseconds(500)

    /// Follows until its task is cancelled or the subscriber has ended.
    func run() async throws {
        let subscription = try await events.subscribeWhenThere(to: "bus.worker")
        try await catchUp()
        for await delivery in subscription {
            try await take(delivery)
            try await catchUp()
        }
    }

    private func take(_ delivery: Delivery) async throws {
        switch delivery {
        case .events(let events):
            try await insist { machine, moment in
                for event in events {
                    let position = FeedPosition(source: event.source, sequence: event.sequence)
                    machine.workerChanged(WorkerChange(event), to: position, at: moment)
                }
            }
        case .interrupted:
            try await insist { machine, _ in machine.busInterrupted() }
        }
    }

    /// Asks the broker who is there, if that is not known; events that come meanwhile wait in the subscription.
    private func catchUp() async throws {
        guard try await loop.change({ machine, _ in machine.needsWorkerSnapshot }) else { return }
        let snapshot = try await snapshot()
        try await insist { machine, moment in machine.workers(are: snapshot, at: moment) }
    }

    private func snapshot() async throws -> WorkerSnapshot {
        while true {
            do {
                let answer = try await events.workers(within: .seconds(5))
                if let snapshot = WorkerSnapshot(json: answer.data) { return snapshot }
                logger.error("broker's list of workers cannot be read", metadata: ["source": "\(answer.source)"])
            } catch let error as BusError where error.code == .closed {
                throw error
            } catch {
                logger.debug("broker does not tell its workers", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// What the broker said stays true while the store cannot be written: it is said again until that works.
    private func insist(_ body: @escaping @Sendable (inout RegistryMachine, Moment) -> Void) async throws {
        while true {
            do {
                return try await loop.change(body)
            } catch {
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
