import Bus
import Logging
import ZeroMQ

/// The bus, measured the way its users meet it: a broker, a worker and a client in three processes.
///
/// ```
/// bus-benchmark broker                              prints the endpoint it is bound to
/// bus-benchmark worker ENDPOINT                     serves `echo`; prints "ready"
/// bus-benchmark client ENDPOINT SIZE WINDOW COUNT   prints requests a second, and p50 and p99 in microseconds
/// ```
///
/// `scripts/bench-bus.sh` runs it against the reference of `Benchmarks/c`, which has the same subcommands.
@main
struct BusBenchmark {
    /// The service that is measured.
    static let service = "echo"

    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch (words.first, words.count) {
        case ("broker", 1): try await serveAsBroker()
        case ("worker", 2): try await serveAsWorker(of: Endpoint(words[1]))
        case ("client", 5): try await measure(words)
        default: throw Usage()
        }
    }

    private static func measure(_ words: [String]) async throws {
        guard let size = Int(words[2]), let window = Int(words[3]), let count = Int(words[4]),
            size >= 0, window > 0, count >= 10
        else { throw Usage() }
        let load = Load(size: size, window: window, count: count)
        try await withBusClient(connectedTo: Endpoint(words[1])) { client in
            _ = try await load.tenth.run(over: client)
            report(try await load.run(over: client).description)
        }
    }

    /// Prints a line at once, also into a pipe, where somebody waits for it.
    static func report(_ line: String) {
        print(line)
        flushOutput()
    }

    struct Usage: Error, CustomStringConvertible {
        let description = """
            usage: bus-benchmark broker | worker ENDPOINT | client ENDPOINT SIZE WINDOW COUNT
            """
    }
}
