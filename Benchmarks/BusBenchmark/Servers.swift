import Bus
import ZeroMQ

extension BusBenchmark {
    /// Serves as the broker until the process is ended.
    static func serveAsBroker(_ words: [String]) async throws {
        let configuration = try Broker.Configuration(
            endpoints: [Endpoint(words[1])],
            publish: [Endpoint(words[2])],
            subscribe: [Endpoint(words[3])]
        )
        let broker = Broker(configuration, context: Context(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await broker.run() }
            let bound = try await broker.boundEndpoints()
            report((bound.bus + bound.publish + bound.subscribe).map(\.description).joined(separator: " "))
            try await group.waitForAll()
        }
    }

    /// Answers every request with its own body until the process is ended.
    static func serveAsWorker(of endpoint: Endpoint) async throws {
        let worker = makeWorker(of: endpoint, context: Context())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await worker.whenReady
            report("ready")
            try await group.waitForAll()
        }
    }

    private static func makeWorker(of endpoint: Endpoint, context: Context) -> BusWorker {
        let configuration = BusWorker.Configuration(service: service, endpoint: endpoint, credits: 1024)
        return BusWorker(configuration, context: context, logger: logger) { request in
            BusReply(body: request.body)
        }
    }

    /// Lends a client of a bus whose broker and workers are threads of this process.
    static func withBusInOneProcess(workers count: Int, _ body: (BusClient) async throws -> Void) async throws {
        let context = Context()
        let bus = Endpoint.inproc("bus")
        let anyPort = Endpoint.tcp(anyPortOf: "127.0.0.1")
        let configuration = Broker.Configuration(endpoints: [bus], publish: [anyPort], subscribe: [anyPort])
        let broker = Broker(configuration, context: context, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await broker.run() }
            _ = try await broker.boundEndpoints()
            for _ in 0..<count {
                let worker = makeWorker(of: bus, context: context)
                group.addTask { try await worker.run() }
                try await worker.whenReady
            }
            try await withBusClient(connectedTo: bus, context: context, logger: logger, body)
            group.cancelAll()
        }
    }
}
