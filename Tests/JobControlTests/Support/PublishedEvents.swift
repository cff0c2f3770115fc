import Bus
import Support

@testable import JobControl

/// All events that were published, in order.
final class PublishedEvents: Sendable {
    private let events = Recorder<Event>()

    var all: [Event] { events.elements }

    @Sendable func add(_ new: [Event]) {
        for event in new { events.record(event) }
    }

    /// Returns when a job has published its first ending event.
    func ending(of id: String) async throws {
        try await events.wait { $0.contains { $0.topic == JobEntry.topic(of: id) && $0.entryType?.endsTheJob == true } }
    }

    /// Returns when a job has published an event of that type.
    func event(_ type: JobEntryType, of id: String) async throws {
        try await events.wait { $0.contains { $0.topic == JobEntry.topic(of: id) && $0.entryType == type } }
    }
}

extension Event {
    fileprivate var entryType: JobEntryType? { JobEntryType(self) }
}

extension JobEntryType {
    init?(_ event: Event) {
        self.init(rawValue: String(event.type.dropFirst("platform.".count)))
    }
}
