import Bus
import JSON
import Logging
import Synchronization

@testable import JobControl

/// A controller with a store in memory and partners that a test scripts.
struct ControllerHarness {
    let store: CountingJobStore
    let partners: ScriptedPartners
    let controller: JobController
    let published = PublishedEvents()

    init(
        _ partners: ScriptedPartners,
        store: CountingJobStore = CountingJobStore(),
        configuration: JobController.Configuration = .init()
    ) {
        self.store = store
        self.partners = partners
        controller = JobController(
            configuration,
            store: store,
            partners: partners,
            publish: published.add,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func submit(_ text: String) throws -> JobHandle {
        try controller.submit(try JobDocument(text), bytes: Array(text.utf8))
    }

    func run(_ text: String) async throws -> JobOutcome {
        try await submit(text).whenEnded
    }
}

/// All events that were published, in order.
final class PublishedEvents: Sendable {
    private let events = Mutex<[Event]>([])
    private let endings = Mutex<[String: Promise<Void>]>([:])

    var all: [Event] { events.withLock { $0 } }

    @Sendable func add(_ new: [Event]) {
        events.withLock { $0 += new }
        for event in new where ["platform.job.completed", "platform.job.failed"].contains(event.type) {
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

/// A store in memory that counts its writes, and can be told to fail.
final class CountingJobStore: JobStore {
    struct Broken: Error {}

    private let inner = MemoryJobStore()
    private let counts = Mutex((writes: 0, failsAfter: Int.max))

    var writes: Int { counts.withLock { $0.writes } }

    /// Lets every write after that many fail.
    func fail(after writes: Int) {
        counts.withLock { $0.failsAfter = writes }
    }

    func create(_ record: JobRecord, document: [UInt8], entries: [JobEntry]) async throws {
        try count()
        try await inner.create(record, document: document, entries: entries)
    }

    func append(_ entries: [JobEntry], to record: JobRecord) async throws {
        try count()
        try await inner.append(entries, to: record)
    }

    func record(_ id: String) async throws -> JobRecord? { try await inner.record(id) }

    func newest(_ limit: Int, matching filter: JobFilter) async throws -> [JobRecord] {
        try await inner.newest(limit, matching: filter)
    }

    func entries(of id: String, after sequence: UInt64, limit: Int) async throws -> [JobEntry] {
        try await inner.entries(of: id, after: sequence, limit: limit)
    }

    func document(_ id: String) async throws -> [UInt8]? { try await inner.document(id) }

    func unfinished() async throws -> [JobRecord] { try await inner.unfinished() }

    private func count() throws {
        try counts.withLock { counts in
            guard counts.writes < counts.failsAfter else { throw Broken() }
            counts.writes += 1
        }
    }
}

extension ControllerHarness {
    /// Returns when a job that was recovered has published its last event.
    func finish(_ id: String) async throws {
        try await published.ending(of: id)
    }
}
