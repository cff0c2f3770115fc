import Bus
import Logging
import Storage
import Support

@testable import JobControl

/// One PostgreSQL database for the job-controls of a test.
struct SharedJobs {
    private let url: StoreURL

    /// Lends an empty database.
    static func with(_ body: (SharedJobs) async throws -> Void) async throws {
        try await body(SharedJobs(url: try StoreURL(try TestPostgres.freshSchema())))
    }

    /// Opens the database once more, as another process would.
    func open() async throws -> Stores { try await Stores.open(url) }

    /// Runs a job-control, and lends it.
    func member<R>(
        _ partners: ScriptedPartners,
        lease: Duration = .seconds(60),
        _ body: (Member) async throws -> R
    ) async throws -> R {
        let stores = try await open()
        let member = Member(stores, partners, lease)
        let outcome = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await member.controller.renewLeases() }
            group.addTask { await member.controller.takeUpJobs() }
            defer { group.cancelAll() }
            try await member.controller.whenRecovered
            return try await body(member)
        }
        await member.controller.stop()
        try await stores.close()
        return outcome
    }

    /// A job-control without a bus.
    struct Member {
        let controller: JobController
        let leases: SilentLeases
        let store: any JobStore
        let published = PublishedEvents()

        fileprivate init(_ stores: Stores, _ partners: ScriptedPartners, _ lease: Duration) {
            var configuration = JobController.Configuration()
            configuration.lease = lease
            leases = SilentLeases(stores.leases)
            store = stores.jobs
            controller = JobController(
                configuration,
                store: stores.jobs,
                leases: leases,
                partners: partners,
                publish: published.add,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }

        /// How it answers requests, though it is not on the bus itself.
        func operations(on bus: BusClient) -> OperationTable {
            let operations = JobOperations(
                controller: controller,
                store: store,
                secrets: ServiceSecrets(bus),
                states: StateTimeline(bus, within: .seconds(10))
            )
            return operations.table(version: "1", holders: JobHolders(bus: bus, lease: .seconds(7)))
        }

        func submit(_ text: String) throws -> JobHandle {
            try controller.submit(try NewJob(Array(text.utf8)))
        }
    }
}
