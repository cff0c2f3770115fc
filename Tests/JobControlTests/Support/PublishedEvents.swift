import Bus
import Synchronization

@testable import JobControl

/// All events that were published, in order.
final class PublishedEvents: Sendable {
    private let events = Mutex<[Event]>([])
    private let endings = Mutex<[String: Promise<Void>]>([:])

    var all: [Event] { events.withLock { $0 } }

    @Sendable func add(_ new: [Event]) {
        events.withLock { $0 += new }
        for event in new where JobEntryType(event)?.endsTheJob == true {
            promise(of: event.topic).fulfil(.success(()))
        }
    }

    /// Returns when the last event of a job has been published.
    func ending(of id: String) async throws {
        try await promise(of: JobEntry.topic(of: id)).value
    }

    private func promise(of topic: String) -> Promise<Void> {
        endings.withLock { endings in
            let promise = endings[topic] ?? Promise()
            endings[topic] = promise
            return promise
        }
    }
}

extension JobEntryType {
    init?(_ event: Event) {
        self.init(rawValue: String(event.type.dropFirst("platform.".count)))
    }
}
