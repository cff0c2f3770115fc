import Bus
import Glibc
import JSON
import Logging
import ServiceLifecycle
import UnixSignals
import ZeroMQ

/// A service of a few lines: `execute { input }` answers `{ result }` with the text in upper case.
@main
struct ServiceA {
    static func main() async throws {
        let logger = Logger(label: "service-a")
        var operations = OperationTable(service: "service-a", version: "1.0.0", forms: forms)
        operations.on("execute", uppercase)
        operations.on("repeat", uppercase)  // nothing is changed, so doing it again is doing it once
        operations.on("revert") { _ in .json(["status": "noop"]) }

        let table = operations
        let worker = BusWorker(
            .init(
                service: "service-a",
                endpoints: try busEndpoints(),
                announcement: [
                    "tags": ["text", "uppercase"], "mediaTypes": ["application/json"],
                    "description": "Text in upper case", "version": "1.0.0",
                ]
            ),
            context: Context(),
            logger: logger
        ) { request in try await table.answer(request) }
        let group = ServiceGroup(services: [worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }

    @Sendable static func uppercase(_ request: BusRequest) async throws -> BusReply {
        guard let input = try? request.json()["input"]?.stringValue else {
            throw Problem(.badRequest, "Input must be a string")
        }
        return .json(["result": .string(input.uppercased())])
    }

    @Sendable static func forms(_ request: BusRequest) -> JSONValue {
        let base = (request.annotations[Annotations.baseURL] ?? "") + "/services/service-a/"
        return .array(
            ["execute", "repeat", "revert"].map { rel in
                [
                    "rel": .string(rel), "method": "POST", "href": .string(base + rel),
                    "input": ["input": "string"],
                    "output": rel == "revert" ? ["status": "string"] : ["result": "string"],
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
