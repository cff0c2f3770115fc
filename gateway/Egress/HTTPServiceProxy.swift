import AsyncHTTPClient
import Bus
public import Discovery
import JSON
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization
public import ZeroMQ

/// The bus's way out to services that only speak HTTP: the bus service `http-egress`.
///
/// A request names a registered service by the annotation `id`; its body is posted to the link that the service
/// gives for the operation (`execute`, `repeat`, `revert`), and its answer comes back as the reply. `ping`, `forms`,
/// `health` and `about` are fetched. Only registered hosts are called, and no redirect leads to another one.
public final class HTTPServiceProxy: Service, Sendable {
    /// The name on the bus.
    public static let service = "http-egress"

    /// Where the bus is, and how much a service may answer.
    public struct Configuration: Sendable {
        /// The brokers' endpoints, one or more: the way out works for all of them at once.
        public var endpoints: [Endpoint]
        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?
        /// How many calls run at once; more wait in the broker. Default: 256.
        public var credits = 256
        /// The largest answer, in bytes. Default: 8 MiB.
        public var bodyLimit = 8 * 1024 * 1024
        /// How long making a connection may take. Default: 5 s.
        public var connectTimeout: Duration = .seconds(5)

        public init(endpoints: [Endpoint]) { self.endpoints = endpoints }

        /// The same with one broker.
        public init(endpoint: Endpoint) { self.init(endpoints: [endpoint]) }
    }

    private let configuration: Configuration
    private let directory: Directory
    private let logger: Logger
    private let worker: BusWorker
    private let desk: Desk

    /// Prepares the way out; it is announced on the bus by ``run()``.
    ///
    /// - Parameter directory: where registered services are looked up; somebody else runs it.
    public init(_ configuration: Configuration, directory: Directory, context: Context, logger: Logger) {
        self.configuration = configuration
        self.directory = directory
        self.logger = logger
        let desk = Desk()
        self.desk = desk
        let settings = BusWorker.Configuration(
            service: Self.service,
            endpoints: configuration.endpoints,
            credits: configuration.credits,
            announcement: ["internal": true, "description": "Calls registered HTTP services for the bus"],
            security: configuration.security
        )
        worker = BusWorker(settings, context: context, logger: logger) { try await desk.answer($0) }
    }

    /// Returns when the broker knows the way out.
    ///
    /// - Throws: `BusError` when it ended before that; `CancellationError`.
    public var whenReady: Void {
        get async throws { try await worker.whenReady }
    }

    /// Serves until graceful shutdown (calls in hand are finished) or cancellation.
    public func run() async throws {
        try await HTTPClient.withHTTPClient(configuration: clientConfiguration) { client in
            let caller = HTTPCaller(client: client, bodyLimit: configuration.bodyLimit, logger: logger)
            desk.open(ProxyOperations(directory: directory, forms: FormsCache(), caller: caller))
            defer { desk.close() }
            try await worker.run()
        }
    }

    private var clientConfiguration: HTTPClient.Configuration {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout = .init(connect: TimeAmount(configuration.connectTimeout))
        settings.httpVersion = .http1Only
        // A refused connection is an answer; asking again until the deadline would hide it.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.credits
        return settings
    }

    /// Gives the worker's handler the operations while there is a client to call with.
    private final class Desk: Sendable {
        private let operations = Mutex<ProxyOperations?>(nil)

        func open(_ operations: ProxyOperations) { self.operations.withLock { $0 = operations } }

        func close() { operations.withLock { $0 = nil } }

        func answer(_ request: BusRequest) async throws -> BusReply {
            guard let operations = operations.withLock({ $0 }) else {
                throw Problem(.serviceUnavailable, "The way out to HTTP services is closed")
            }
            return try await operations.answer(request)
        }
    }
}
