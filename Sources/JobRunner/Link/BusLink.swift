import Bus
import Discovery
import Foundation
import JobControl
import Logging
import SharedState
import ZeroMQ

/// The platform over its bus.
struct BusLink: PlatformLink {
    let name: String
    let jobs: JobClient
    let state: any StateDocuments
    let discovery: DiscoveryClient
    let subscriber: EventSubscriber

    private let bus: BusClient
    private let traffic: Traffic

    /// - Throws: ``RunnerFailure`` when a setting cannot be used.
    init(_ settings: Settings, in context: Context, traffic: Traffic) throws {
        // What the person must know, such as a connection that was lost; the rest is in the events.
        var logger = Logger(label: "job-runner") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let endpoints = try Self.endpoints(settings)
        let security = try Self.security(settings)
        let asker = "job-runner/\(NSUserName())"
        name = settings.bus
        bus = BusClient(.init(endpoints: endpoints.bus, security: security), context: context, logger: logger)
        subscriber = EventSubscriber(endpoints: endpoints.events, context: context, logger: logger, security: security)
        jobs = JobClient(bus, as: asker)
        state = BusStateDocuments(client: StateClient(bus, author: asker))
        discovery = DiscoveryClient(bus)
        self.traffic = traffic
    }

    var advice: String { "is it started, --bus right, and the key allowed?" }
    var report: String { "bus requests sent: \(bus.statistics.requestsSent)" }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await bus.run() }
            group.addTask { try await subscriber.run() }
            defer { group.cancelAll() }
            while try await group.next() != nil {}
        }
    }

    func connect() async throws { try await bus.whenConnected }

    /// Subscribes first and asks for the past once; nothing is asked again unless events were lost on the way.
    func follow(_ jobID: String, _ show: ([Event]) -> Void) async throws {
        let topic = JobEntry.topic(of: jobID)
        traffic.note("subscription", topic)
        let batches = subscriber.events(of: topic) { [jobs, traffic] after in
            traffic.note("job-control events", "\(jobID) after \(after)")
            return try await jobs.events(of: jobID, after: after).events
        }
        for try await events in batches {
            show(events)
            // What an undo adds to a job that had ended comes in the same answer as the ending before it.
            if events.last?.endsAJob == true { return }
        }
    }

    private static func security(_ settings: Settings) throws -> CurveClient? {
        switch (settings.keyFile, settings.serverKey) {
        case (nil, nil): return nil
        case (let file?, let serverKey?):
            guard Curve.isPublicKey(serverKey) else {
                throw RunnerFailure.usage("--server-key: a public key is 40 characters of Z85")
            }
            do {
                return CurveClient(serverKey: serverKey, keys: try CurveKeyFile.read(file))
            } catch {
                throw RunnerFailure.usage("\(error)")
            }
        default: throw RunnerFailure.usage("--key-file and --server-key go together")
        }
    }

    private static func endpoints(_ settings: Settings) throws -> (bus: [Endpoint], events: [Endpoint]) {
        let bus = try list(settings.bus)
        if let events = settings.events { return (bus, try list(events)) }
        let events = bus.compactMap(\.besideForSubscribing)
        guard events.count == bus.count else {
            throw RunnerFailure.usage("--events is needed where the bus is not tcp://HOST:PORT")
        }
        return (bus, events)
    }

    private static func list(_ text: String) throws -> [Endpoint] {
        do {
            return try Endpoint.list(text)
        } catch {
            throw RunnerFailure.usage("\(error)")
        }
    }
}

extension Event {
    /// Whether nothing comes after it for now.
    var endsAJob: Bool { JobEntryType(rawValue: type.dropPrefix("platform."))?.endsTheJob ?? false }
}
