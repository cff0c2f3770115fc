import Bus
import Glibc
import JobControl
import Logging
import ZeroMQ

/// Jobs, measured where a load tool over HTTP does not reach: what a watcher sees, and what a restart costs.
///
/// ```
/// job-benchmark events BUS PUBLISH SUBSCRIBE RATE SECONDS ROUNDS   from a task's end to a watcher, beside the bus alone
/// job-benchmark recovery PLATFORM FOLDER JOBS ATONCE               from a restart to the last job's end
/// ```
///
/// `scripts/bench-events.sh` and `scripts/bench-recovery.sh` run it, and say what the printed figures are.
@main
struct JobBenchmark {
    /// The service whose tasks are measured, and its tag.
    static let service = "job-benchmark"

    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            logger.error("\(error)")
            exit(1)
        }
    }

    private static func run(_ words: [String]) async throws {
        switch (words.first, words.count) {
        case ("events", 7): try await measureEvents(words)
        case ("recovery", 5): try await measureRecovery(words)
        default: throw Usage()
        }
    }

    private static func measureEvents(_ words: [String]) async throws {
        let bus = try Endpoint(words[1])
        let context = Context()
        let client = BusClient(.init(endpoints: [bus]), context: context, logger: logger)
        let publisher = EventPublisher(endpoint: try Endpoint(words[2]), context: context, logger: logger)
        let subscriber = EventSubscriber(endpoint: try Endpoint(words[3]), context: context, logger: logger)
        let load = EventLoad(rate: try number(words[4]), seconds: try number(words[5]))
        let rounds = try number(words[6])
        let marks = Marks()
        let gate = Gate()
        let worker = worker(of: bus, context, credits: 1_024) { request in
            try await gate.pass()
            // The last thing before the answer: what comes after is the platform's.
            marks.note(try request.requestID())
        }
        try await whileRunning([client.run, publisher.run, subscriber.run, worker.run]) {
            try await worker.whenReady
            try await publisher.whenConnected
            gate.open()
            try await whenServed(JobClient(client))
            let measurement = EventMeasurement(load, client, publisher, subscriber, gate, marks)
            for line in try await measurement.lines(rounds: rounds) { report(line) }
        }
    }

    private static func measureRecovery(_ words: [String]) async throws {
        let recovery = Recovery(
            program: words[1],
            folder: words[2],
            jobs: try number(words[3]),
            atOnce: try number(words[4])
        )
        report(try await recovery.measure())
    }

    private static func number(_ word: String) throws -> Int {
        guard let number = Int(word), number > 0 else { throw Usage() }
        return number
    }

    /// Prints a line at once, also into a pipe, where somebody waits for it.
    private static func report(_ line: String) {
        print(line)
        fflush(nil)
    }

    static var logger: Logger {
        var logger = Logger(label: "job-benchmark") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }

    struct Usage: Error, CustomStringConvertible {
        let description = "usage: see the head of Benchmarks/JobBenchmark/JobBenchmark.swift"
    }
}
