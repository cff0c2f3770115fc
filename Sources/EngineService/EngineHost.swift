import Bus
import JSON
public import Logging
public import ServiceLifecycle
public import ZeroMQ

/// Serves an engine on the bus: a worker for the design's service with `execute`, `repeat`, `revert` and what every
/// service answers.
///
/// More of them with the same design and the same store share the load.
///
/// ```swift
/// let host = EngineHost(engine, .init(endpoint: bus), context: context, logger: logger)
/// try await ServiceGroup(services: [host], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
/// ```
public final class EngineHost: Service, Sendable {
    public struct Configuration: Sendable {
        /// The brokers' endpoints for clients and workers, one or more: the engine works for all of them at once.
        public var endpoints: [Endpoint]

        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?

        /// How many requests may be in hand at once. Default: 256.
        public var credits = 256

        /// How long requests in hand may take to end after the service was told to stop. Default: 30 seconds.
        public var drainTimeout: Duration = .seconds(30)

        /// Whether developer-defined commands may block their thread. Default: false.
        public var commandsMayBlock = false

        public init(endpoints: [Endpoint]) {
            self.endpoints = endpoints
        }

        /// The same with one broker.
        public init(endpoint: Endpoint) {
            self.init(endpoints: [endpoint])
        }
    }

    private let engine: Engine
    private let worker: BusWorker
    private let logger: Logger

    public init(_ engine: Engine, _ configuration: Configuration, context: Context, logger: Logger) {
        self.engine = engine
        self.logger = logger
        let operations = Self.operations(of: engine)
        worker = BusWorker(
            Self.workerConfiguration(engine.design, configuration),
            context: context,
            logger: logger
        ) { request in try await operations.answer(request) }
    }

    /// Serves until the service is told to stop, then ends what is in hand.
    ///
    /// - Throws: ``DesignError`` at once when a command of the design has no behaviour.
    public func run() async throws {
        try engine.validate()
        for pointer in engine.design.unknownMembers {
            logger.warning("unknown member of the design is ignored", metadata: ["pointer": "\(pointer)"])
        }
        // Ended when the worker has ended what is in hand: leaving the scope cancels it and waits for it.
        async let _: Void = engine.runHandlers(logger: logger)
        try await worker.run()
    }

    /// Returns once the broker knows the service, so that requests reach it.
    ///
    /// - Throws: `BusError.Code.closed` when the host ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await worker.whenReady }
    }
}

extension EngineHost {
    private static func workerConfiguration(
        _ design: Design,
        _ configuration: Configuration
    ) -> BusWorker.Configuration {
        var worker = BusWorker.Configuration(service: design.service.name, endpoints: configuration.endpoints)
        worker.security = configuration.security
        worker.credits = configuration.credits
        worker.drainTimeout = configuration.drainTimeout
        worker.handlersMayBlock = configuration.commandsMayBlock
        worker.announcement = design.service.announcement(version: design.version)
        return worker
    }

    private static func operations(of engine: Engine) -> OperationTable {
        let forms = EngineForms(design: engine.design)
        var operations = OperationTable(service: engine.design.service.name, version: engine.design.version) {
            forms.json(for: $0)
        }
        operations.on("execute") { request in
            let asked = try Self.asked(request)
            return try await engine.execute(asked.body, roles: asked.roles, client: asked.client).reply
        }
        operations.on("repeat") { request in
            let asked = try Self.asked(request)
            return try await engine.repeat(asked.body, roles: asked.roles, client: asked.client).reply
        }
        operations.on("revert") { request in
            let asked = try Self.asked(request)
            return try await engine.revert(asked.body, roles: asked.roles, client: asked.client).reply
        }
        operations.on("inspect") { request in
            let asked = try Self.asked(request)
            return try await engine.inspect(asked.body, roles: asked.roles).reply
        }
        return operations
    }

    private static func asked(_ request: BusRequest) throws -> (body: JSONValue, roles: Set<String>, client: String?) {
        (try body(of: request), roles(of: request), request.annotations[Annotations.client])
    }

    private static func body(of request: BusRequest) throws -> JSONValue {
        do {
            return try JSONValue(parsing: request.body)
        } catch {
            throw Refusal.malformed("", "is no JSON: \(error)").problem
        }
    }

    /// The caller's roles: names separated by commas, set by the gateway or the broker.
    private static func roles(of request: BusRequest) -> Set<String> {
        let names = (request.annotations[Annotations.roles] ?? "").split(whereSeparator: { $0 == "," || $0 == " " })
        return Set(names.map(String.init))
    }
}
