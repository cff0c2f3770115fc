import Bus
import Logging
import ZeroMQ

/// The bus, measured the way its users meet it: broker, worker and client, publisher and subscribers.
///
/// ```
/// bus-benchmark broker BUS PUBLISH SUBSCRIBE          prints the endpoints it is bound to
/// bus-benchmark worker BUS                            serves `echo`; prints "ready"
/// bus-benchmark client BUS SIZE WINDOW COUNT [PID]…   prints requests a second, p50 and p99 in microseconds, and
///                                                     microseconds of processor time a request, its own and the PIDs'
/// bus-benchmark inproc SIZE WINDOW COUNT WORKERS      all three in one process, prints the same
/// bus-benchmark client-on-executor …                  as client and inproc, but the tasks that ask prefer the client's
/// bus-benchmark inproc-on-executor …                  executor
/// bus-benchmark subscribers SUBSCRIBE NUMBER COUNT    prints "ready", then events a second until all have all
/// bus-benchmark publisher PUBLISH SIZE COUNT          publishes
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
        case ("broker", 4): try await serveAsBroker(words)
        case ("worker", 2): try await serveAsWorker(of: Endpoint(words[1]))
        case ("client", 5...): try await measure(words)
        case ("client-on-executor", 5...): try await measure(words, onExecutor: true)
        case ("inproc", 5): try await measureInOneProcess(words)
        case ("inproc-on-executor", 5): try await measureInOneProcess(words, onExecutor: true)
        case ("subscribers", 4): try await subscribe(to: Endpoint(words[1]), number(words[2]), count: number(words[3]))
        case ("publisher", 4):
            try await publish(to: Endpoint(words[1]), size: number(words[2]), count: number(words[3]))
        default: throw Usage()
        }
    }

    private static func measure(_ words: [String], onExecutor: Bool = false) async throws {
        let load = try load(words[2...])
        let gauge = ProcessorTime(of: try words[5...].map { Int32(try number($0)) })
        try await withBusClient(connectedTo: Endpoint(words[1])) { client in
            try await measure(load, over: client, on: onExecutor ? client.executor : nil, gauge)
        }
    }

    private static func measureInOneProcess(_ words: [String], onExecutor: Bool = false) async throws {
        let load = try load(words[1...])
        let workers = try number(words[4])
        try await withBusInOneProcess(workers: workers) { client in
            try await measure(load, over: client, on: onExecutor ? client.executor : nil, ProcessorTime(of: []))
        }
    }

    private static func measure(
        _ load: Load,
        over client: BusClient,
        on executor: (any TaskExecutor)?,
        _ gauge: ProcessorTime
    ) async throws {
        _ = try await load.tenth.run(over: client, on: executor, gauge)
        report(try await load.run(over: client, on: executor, gauge).description)
    }

    private static func load(_ words: ArraySlice<String>) throws -> Load {
        let numbers = try words.prefix(3).map(number)
        guard numbers.count == 3, numbers[1] > 0, numbers[2] >= 10 else { throw Usage() }
        return Load(size: numbers[0], window: numbers[1], count: numbers[2])
    }

    private static func number(_ word: String) throws -> Int {
        guard let number = Int(word), number >= 0 else { throw Usage() }
        return number
    }

    /// Prints a line at once, also into a pipe, where somebody waits for it.
    static func report(_ line: String) {
        print(line)
        flushOutput()
    }

    static var logger: Logger {
        var logger = Logger(label: "bus-benchmark") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    struct Usage: Error, CustomStringConvertible {
        let description = "usage: see the head of Benchmarks/BusBenchmark/BusBenchmark.swift"
    }
}
