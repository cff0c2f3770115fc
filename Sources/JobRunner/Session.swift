import Bus
import Discovery
import JobControl
import Logging
import SharedState
import Synchronization
import ZeroMQ

/// The runner's connection to the platform, from the first request to the last.
struct Session: Sendable {
    let bus: BusClient
    let jobs: JobClient
    let state: StateClient
    let discovery: DiscoveryClient
    let events: EventSubscriber
    let traffic: Traffic

    /// Connects, lends the session to `body`, and disconnects, also when `body` throws.
    ///
    /// - Throws: ``RunnerFailure`` with ``RunnerExit/unreachable`` when the bus does not answer.
    static func open<R: Sendable>(
        _ settings: Settings,
        _ body: @escaping @Sendable (Session) async throws -> R
    ) async throws -> R {
        let context = Context()
        defer { context.close() }
        let session = try Session(settings, in: context)
        defer { session.traffic.report(requests: session.bus) }
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask {
                try await session.bus.run()
                return nil
            }
            group.addTask {
                try await session.events.run()
                return nil
            }
            group.addTask {
                try await session.connect(to: settings.bus)
                return try await named(settings.bus) { try await body(session) }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw RunnerFailure.unreachable("the connection to \(settings.bus) ended")
        }
    }

    private init(_ settings: Settings, in context: Context) throws {
        // What the person must know, such as a connection that was lost; the rest is in the events.
        var logger = Logger(label: "job-runner") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        let endpoints = try Self.endpoints(settings)
        let security = try Self.security(settings)
        bus = BusClient(.init(endpoints: endpoints.bus, security: security), context: context, logger: logger)
        events = EventSubscriber(endpoints: endpoints.events, context: context, logger: logger, security: security)
        jobs = JobClient(bus)
        state = StateClient(bus)
        discovery = DiscoveryClient(bus)
        traffic = Traffic(isPrinted: settings.verbose)
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

    /// How long a broker may take to answer the first time.
    private static let patience = Duration.seconds(5)

    /// Waits until the broker has answered, so that a platform that is not there is told at once and not after the
    /// deadline of a first request.
    private func connect(to name: String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [bus] in try await bus.whenConnected }
            group.addTask {
                try await ContinuousClock().sleep(for: Self.patience)
                throw RunnerFailure.unreachable(
                    "no platform answers at \(name); is it started, --bus right, and the key allowed?"
                )
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Says which bus it was that did not answer, and whether anything may have happened.
    private static func named<R>(_ bus: String, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as BusError {
            let doubt = error.code.mayHaveRun ? " The request may have been carried out." : ""
            throw RunnerFailure.unreachable("the platform at \(bus) did not answer: \(error).\(doubt)")
        }
    }
}

/// What the runner asked of the platform, for `--verbose`.
final class Traffic: Sendable {
    private let isPrinted: Bool
    private let counts = Mutex<[String: Int]>([:])

    init(isPrinted: Bool) { self.isPrinted = isPrinted }

    /// Notes one request or subscription before it is made.
    func note(_ what: String, _ detail: String = "") {
        counts.withLock { $0[what, default: 0] += 1 }
        if isPrinted { Console.error("> \(what)\(detail.isEmpty ? "" : " \(detail)")") }
    }

    /// Prints how often each was asked, beside what the bus client itself counted.
    func report(requests client: BusClient) {
        guard isPrinted else { return }
        let parts = counts.withLock { $0 }.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        Console.error("bus requests sent: \(client.statistics.requestsSent) (\(parts.joined(separator: ", ")))")
    }
}
