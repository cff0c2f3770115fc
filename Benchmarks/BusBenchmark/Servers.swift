import Bus
import Glibc
import Logging
import ZeroMQ

extension BusBenchmark {
    /// Serves as the broker until the process is ended.
    static func serveAsBroker() async throws {
        let anyPort = Endpoint.tcp(anyPortOf: "127.0.0.1")
        let configuration = Broker.Configuration(endpoints: [anyPort], publish: [anyPort], subscribe: [anyPort])
        let broker = Broker(configuration, context: Context(), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await broker.run() }
            for endpoint in try await broker.boundEndpoints().bus { report("\(endpoint)") }
            try await group.waitForAll()
        }
    }

    /// Answers every request with its own body until the process is ended.
    static func serveAsWorker(of endpoint: Endpoint) async throws {
        let configuration = BusWorker.Configuration(service: service, endpoint: endpoint, credits: 1024)
        let worker = BusWorker(configuration, context: Context(), logger: logger) { request in
            BusReply(body: request.body)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            try await worker.whenReady
            report("ready")
            try await group.waitForAll()
        }
    }

    private static var logger: Logger {
        var logger = Logger(label: "bus-benchmark") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    static func flushOutput() {
        fflush(nil)
    }
}
