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
        _ scripted: ScriptedPartners,
        partners: (any JobPartners)? = nil,
        store: CountingJobStore = CountingJobStore(),
        ended: @escaping @Sendable () -> Void = {},
        configuration: JobController.Configuration = .init()
    ) {
        self.store = store
        self.partners = scripted
        controller = JobController(
            configuration,
            store: store,
            leases: SoleJobLeases(store),
            partners: partners ?? scripted,
            publish: published.add,
            ended: ended,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    func submit(_ text: String) throws -> JobHandle {
        try controller.submit(try NewJob(Array(text.utf8)))
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
