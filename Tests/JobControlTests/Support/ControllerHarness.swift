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

extension ControllerHarness {
    /// Returns when a job that was recovered has published its last event.
    func finish(_ id: String) async throws {
        try await published.ending(of: id)
    }
}
