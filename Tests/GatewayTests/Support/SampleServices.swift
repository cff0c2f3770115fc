import Bus
import JSON
import Logging
import ZeroMQ

/// Two services of a few lines each, as users write them.
enum SampleServices {
    static func text(at bus: Endpoint, context: Context, logger: Logger) -> BusWorker {
        var operations = table("service-a")
        operations.on("execute") { request in
            guard let text = try request.json()["input"]?.stringValue else {
                throw Problem(.badRequest, "Input must be a string")
            }
            return .json(["result": .string(text.uppercased())])
        }
        return worker("service-a", tags: ["text", "uppercase"], operations, bus, context, logger)
    }

    static func clock(at bus: Endpoint, context: Context, logger: Logger) -> BusWorker {
        var operations = table("service-b")
        operations.on("execute") { _ in .json(["timestamp": .string(Timestamp.now.description)]) }
        return worker("service-b", tags: ["time", "timestamp"], operations, bus, context, logger)
    }

    private static func table(_ name: String) -> OperationTable {
        var table = OperationTable(service: name, version: "1.0.0") { request in
            let base = request.annotations[Annotations.baseURL] ?? ""
            return [["rel": "execute", "method": "POST", "href": .string("\(base)/services/\(name)/execute")]]
        }
        table.on("revert") { _ in .json(["status": "noop"]) }
        return table
    }

    private static func worker(
        _ name: String,
        tags: [JSONValue],
        _ operations: OperationTable,
        _ bus: Endpoint,
        _ context: Context,
        _ logger: Logger
    ) -> BusWorker {
        BusWorker(
            .init(service: name, endpoint: bus, announcement: ["tags": .array(tags)]),
            context: context,
            logger: logger
        ) { try await operations.answer($0) }
    }
}
