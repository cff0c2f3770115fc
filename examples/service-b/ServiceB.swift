import Bus
import Glibc
import JSON
import Logging
import ServiceLifecycle
import UnixSignals
import ZeroMQ

/// A service of a few lines: `execute` answers `{ timestamp }` with the time.
@main
struct ServiceB {
    static func main() async throws {
        let logger = Logger(label: "service-b")
        var operations = OperationTable(service: "service-b", version: "1.0.0", forms: forms)
        operations.on("execute") { _ in .json(["timestamp": .string(Timestamp.now.description)]) }
        operations.on("repeat") { _ in .json(["timestamp": .string(Timestamp.now.description)]) }
        operations.on("revert") { _ in .json(["status": "noop"]) }

        let table = operations
        let worker = BusWorker(
            .init(
                service: "service-b",
                endpoints: try busEndpoints(),
                announcement: [
                    "tags": ["time", "timestamp"], "mediaTypes": ["application/json"],
                    "description": "Tells the time", "version": "1.0.0",
                ]
            ),
            context: Context(),
            logger: logger
        ) { request in try await table.answer(request) }
        let group = ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }

    @Sendable static func forms(_ request: BusRequest) -> JSONValue {
        let base = (request.annotations[Annotations.baseURL] ?? "") + "/services/service-b/"
        return .array(
            ["execute", "repeat", "revert"].map { rel in
                [
                    "rel": .string(rel), "method": "POST", "href": .string(base + rel), "input": [:],
                    "output": rel == "revert" ? ["status": "string"] : ["timestamp": "string"],
                ]
            }
        )
    }

    /// The brokers after `--bus`, else those of `PLATFORM_BUS`, else the default: `tcp://a:5550,tcp://b:5550`.
    static func busEndpoints() throws -> [Endpoint] {
        let flag = CommandLine.arguments.drop { $0 != "--bus" }.dropFirst().first
        let environment = getenv("PLATFORM_BUS").map { String(cString: $0) }
        return try Endpoint.list(flag ?? environment ?? "tcp://127.0.0.1:5550")
    }
}
