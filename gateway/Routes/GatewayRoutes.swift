import Bus
import HTTPTypes
import JSON

/// The gateway's own paths on the port for everything.
enum GatewayRoutes {
    static let name = "gateway"

    /// What tells a supervisor how this process is, on every port.
    static func probes(_ readiness: @escaping @Sendable () async -> Bool) -> [Route] {
        [
            .get("/healthz") { _ in Answer(["status": "ok"]) },
            .get("/readyz") { _ in
                guard await readiness() else { throw Refusal.busUnreachable }
                return Answer(["status": "ready"])
            },
        ]
    }

    /// What every service has.
    static func common(version: String, forms: [Route]) -> [Route] {
        [
            .get("/ping") { _ in Answer(["status": "ok"]) },
            .get("/health") { _ in Answer(["status": "ok", "timestamp": .string(Timestamp.now.description)]) },
            .get("/") { _ in Answer(["name": .string(name), "version": .string(version)]) },
            .get("/forms") { exchange in Answer(.array(forms.map { form(of: $0, at: exchange.origin) })) },
        ]
    }

    private static func form(of route: Route, at origin: Origin) -> JSONValue {
        let rel = route.path.split(separator: "/").filter { !$0.hasPrefix("{") }.joined(separator: "-")
        return [
            "rel": .string(rel.isEmpty ? "self" : rel), "method": .string(route.method.rawValue),
            "href": .string(origin.baseURL + route.path),
        ]
    }
}
