import Hummingbird
import Logging

/// The HTTP server that the gateway is measured against: Hummingbird's router and one answer from memory.
///
/// ```
/// hello-http PORT     serves `hello` at every path of 127.0.0.1:PORT but `/` until it is ended
/// ```
///
/// `scripts/bench-http.sh` asks it and the gateway the same.
@main
struct HelloHTTP {
    static func main() async throws {
        guard let port = CommandLine.arguments.dropFirst().first.flatMap({ Int($0) }) else { throw Usage() }
        let router = Router()
        router.get("**") { _, _ in "hello" }
        router.post("**") { request, _ in
            // The gateway reads a body, too.
            _ = try await request.body.collect(upTo: 65_536)
            return "hello"
        }
        var logger = Logger(label: "hello-http")
        logger.logLevel = .warning
        let address = BindAddress.hostname("127.0.0.1", port: port)
        try await Application(router: router, configuration: .init(address: address), logger: logger).runService()
    }

    struct Usage: Error, CustomStringConvertible {
        let description = "usage: hello-http PORT"
    }
}
