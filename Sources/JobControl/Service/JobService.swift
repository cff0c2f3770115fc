public import Bus
public import Discovery
import JSON
public import Logging
public import ServiceLifecycle
public import ZeroMQ

/// The service `job-control`: owns a job's life, from its validation to its end or to the last revert.
///
/// It finds services in the directory, calls them over the bus, keeps every job's journal in a store, and publishes
/// each entry as an event under `job.<id>`.
public final class JobService: Service {
    public struct Configuration: Sendable {
        /// The brokers' endpoints, one or more: the service works for all of them at once.
        public var endpoints: [Endpoint]
        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?
        /// How much is done at once, and how long others may take.
        public var jobs = JobController.Configuration()
        /// What `about` and the registry say of this service.
        public var version = "1.0.0"
        /// How long a graceful shutdown waits for jobs whose submitters wait for their end. What has not ended by
        /// then goes on at the next start. Default: 10 seconds.
        public var drainTimeout: Duration = .seconds(10)

        public init(endpoints: [Endpoint]) {
            self.endpoints = endpoints
        }

        /// The same with one broker.
        public init(endpoint: Endpoint) {
            self.init(endpoints: [endpoint])
        }
    }

    /// The service's name on the bus.
    public static let name = "job-control"

    private let controller: JobController
    private let retention: JobRetention
    private let worker: BusWorker
    /// Answers other job-controls on the same store; nil where there are none.
    private let holder: BusWorker?
    private let logger: Logger

    /// - Parameters:
    ///   - client: calls services and shared-state; the caller runs it, as `directory` and `publisher`.
    ///   - leases: of the jobs in `store`; nil when this service has the store for itself.
    public init(
        _ configuration: Configuration,
        client: BusClient,
        directory: Directory,
        publisher: EventPublisher,
        store: any JobStore,
        leases: (any JobLeases)? = nil,
        context: Context,
        logger: Logger
    ) {
        self.logger = logger
        let leases = leases ?? SoleJobLeases(store)
        let retention = JobRetention(
            age: configuration.jobs.retentionAge,
            count: configuration.jobs.retentionCount,
            store: store,
            logger: logger
        )
        self.retention = retention
        let partners = BusPartners(bus: client, directory: directory, configuration: configuration.jobs)
        controller = JobController(
            configuration.jobs,
            store: store,
            leases: leases,
            partners: GatedPartners(partners, tasksPerService: configuration.jobs.tasksPerService),
            publish: publisher.publish,
            ended: retention.noteEnd,
            logger: logger
        )
        let operations = JobOperations(
            controller: controller,
            store: store,
            secrets: ServiceSecrets(client),
            states: StateTimeline(client, within: configuration.jobs.stateTimeout)
        )
        let holders = JobHolders(bus: client, lease: configuration.jobs.lease)
        let table = operations.table(version: configuration.version, holders: leases.areShared ? holders : nil)
        worker = BusWorker(Self.worker(configuration), context: context, logger: logger) { request in
            try await table.answer(request)
        }
        guard leases.areShared else {
            holder = nil
            return
        }
        let own = operations.table(version: configuration.version, holders: nil)
        holder = BusWorker(
            Self.holder(controller.owner, configuration),
            context: context,
            logger: logger
        ) { request in try await own.answer(request) }
    }

    /// What this job-control is called as the holder of jobs; another name in every life.
    public var owner: String { controller.owner }

    /// Returns once the broker has taken the service in, so that requests reach it.
    ///
    /// - Throws: `BusError` when the service ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await worker.whenReady }
    }

    /// Goes on with the jobs that nobody runs, then serves until graceful shutdown or cancellation.
    ///
    /// Jobs that have not ended by then are given back for another job-control, or the next start.
    ///
    /// - Throws: what the store throws when it cannot be read.
    public func run() async throws {
        do {
            try await serve()
        } catch {
            await controller.stop()
            throw error
        }
        await controller.stop()
    }

    /// No job is taken up any more when this returns, so that those that are given back stay with others.
    private func serve() async throws {
        // Leaving the scope cancels them and waits for them.
        async let _: Void = controller.renewLeases()
        async let _: Void = answerOthers()
        async let _: Void = controller.takeUpJobs()
        try await controller.whenRecovered
        async let _: Void = retention.run()
        try await worker.run()
    }

    /// Serves under the name of its own. Without it everything goes on but the steering of its jobs by way of others.
    private func answerOthers() async {
        do {
            try await holder?.run()
        } catch is CancellationError {
            // It ends with the rest.
        } catch {
            logger.error(
                "other job-controls cannot reach this one: its key must be allowed to serve 'job-control@*'",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private static func worker(_ configuration: Configuration) -> BusWorker.Configuration {
        let announcement: JSONValue = [
            "tags": ["job-control", "jobs"],
            "mediaTypes": ["application/json"],
            "description": "Runs jobs: steps of tasks, with reverts when one fails",
            "version": .string(configuration.version),
        ]
        // A `run` holds its credit until the job has ended; queries must get through all the same.
        let jobs = configuration.jobs.runningLimit + configuration.jobs.waitingLimit
        return BusWorker.Configuration(
            service: name,
            endpoints: configuration.endpoints,
            credits: min(jobs + 1_024, Int(UInt16.max)),
            announcement: announcement,
            drainTimeout: configuration.drainTimeout,
            security: configuration.security
        )
    }

    private static func holder(_ owner: String, _ configuration: Configuration) -> BusWorker.Configuration {
        BusWorker.Configuration(
            service: JobHolders.service(of: owner),
            endpoints: configuration.endpoints,
            announcement: ["internal": true],
            drainTimeout: configuration.drainTimeout,
            security: configuration.security
        )
    }
}
