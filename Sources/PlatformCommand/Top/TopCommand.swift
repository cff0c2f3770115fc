import ArgumentParser
import Bus
import Configuration
import Dispatch
import Logging
import Platform
import UnixSignals
import ZeroMQ

/// Shows what the brokers publish of themselves.
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows a running platform: services, queues and rates, as the brokers publish them.",
        discussion: """
            On a terminal the table is drawn again in place (q ends it); otherwise one table follows the other. Errors \
            are requests that were refused or not allowed, that expired, or that were lost with their worker. Where --bus names \
            several brokers, their requests and queues are added up; workers are connected to all of them and counted once.

            Exit status: 0 ended by q or --once, 2 bad settings, 3 no broker is reachable or tells its figures, 130 interrupted.
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @OptionGroup var bus: BusOptions
    @Option(help: "Where events are read, a broker each. (default: two ports above each of the bus)")
    var eventsSubscribe: String?
    @Flag(help: "Also list every worker.")
    var workers = false
    @Flag(help: "Show one table, with the rates of one interval, and end.")
    var once = false
    @Option(help: "Seconds between two tables, 1 to 3600.")
    var interval = 1
    @Option(help: "text (a table) or json (one object a line).")
    var output = Format.text

    func run() async throws {
        let (configuration, security) = try await settings()
        let context = Context()
        defer { context.close() }
        // The table says what is not heard; a log would be drawn over it.
        let logger = Logger(label: "platform-top") { _ in SwiftLogNoOpLogHandler() }
        let feed = TopFeed(
            endpoints: configuration.eventsSubscribe,
            security: security,
            context: context,
            logger: logger
        )
        let ending = try await show(feed, of: configuration.bus)
        if ending != .success { throw ending }
    }

    /// What it was told; anything of that which cannot be used ends it with status 2.
    private func settings() async throws -> (PlatformConfiguration, CurveClient?) {
        let flags = bus.flags.merging(["eventsSubscribe": .text(eventsSubscribe)].compactMapValues { $0 }) { $1 }
        do {
            guard (1...3600).contains(interval) else {
                throw ConfigurationError(key: "--interval", reason: "is in seconds, 1 to 3600")
            }
            let configuration = try PlatformConfiguration(parts: [], reading: try await bus.reader(flags: flags))
            return (configuration, try configuration.curveClient())
        } catch {
            Output.message("platform top: \(error)")
            throw ExitCode(2)
        }
    }

    // MARK: The loop

    private enum Input: Sendable {
        case report(TopFeed.Report)
        case tick
        /// Comes once a second.
        case look
        case end(ExitCode)
    }

    private func show(_ feed: TopFeed, of brokers: [Endpoint]) async throws -> ExitCode {
        let (inputs, input) = AsyncStream.makeStream(of: Input.self)
        return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
            group.addTask {
                try await feed.run { input.yield(.report($0)) }
                return nil
            }
            for (pause, word) in [(interval, Input.tick), (1, .look)] {
                group.addTask {
                    while true {
                        try await ContinuousClock().sleep(for: .seconds(pause))
                        input.yield(word)
                    }
                }
            }
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    input.yield(.end(ExitCode(130)))
                }
                return nil
            }
            group.addTask { await draw(inputs, of: brokers) { input.yield(.end(.success)) } }
            defer { group.cancelAll() }
            while let ending = try await group.next() {
                if let ending { return ending }
            }
            return .success
        }
    }

    private func draw(
        _ inputs: AsyncStream<Input>,
        of brokers: [Endpoint],
        onQuit quit: @escaping @Sendable () -> Void
    ) async -> ExitCode {
        let screen = once || output == .json ? nil : TopScreen()
        let keys = screen?.keys { if $0 == "q" { quit() } }
        defer { keys?.cancel() }
        var board = TopBoard(brokers: brokers.map(\.description))
        var silent: Set<Int> = []
        var isBegun = false
        var lastHeard = ContinuousClock.now
        for await input in inputs {
            switch input {
            case .report(.heard(let broker, let statistics)):
                let isFirst = !board.isHeard
                silent.remove(broker)
                lastHeard = .now
                board.hear(statistics, from: broker, at: lastHeard)
                guard isFirst else { continue }
                // The first one is shown at once on a terminal; elsewhere the first table has rates.
                let table = board.advance(at: lastHeard)
                screen?.draw(lines(of: table))
            case .report(.unreachable(let broker)):
                silent.insert(broker)
                if silent.count == brokers.count, !board.isHeard, !isBegun { return Self.unreachable(brokers) }
            case .tick:
                let table = board.advance(at: .now)
                isBegun = isBegun || table.total.rates.requests != nil
                guard isBegun else { continue }
                if screen != nil { screen?.draw(lines(of: table)) } else { print(table) }
                if once { return .success }
            case .look: if !isBegun, .now - lastHeard > Self.longestSilence { return Self.silent(brokers) }
            case .end(let code): return code
            }
        }
        return .success
    }
}

extension TopCommand {
    /// How long no broker may say anything before there is a table: time to answer, and two of its figures.
    private static let longestSilence = TopFeed.patience + .seconds(2)

    private func lines(of table: TopTable) -> [String] { TopText.lines(table, at: .now, workers: workers) }

    private func print(_ table: TopTable) {
        switch output {
        case .text: Output.write(lines(of: table).joined(separator: "\n") + "\n\n")
        case .json: Output.write("\(TopJSON.object(table, at: .now, workers: workers))\n")
        }
    }

    private static func unreachable(_ brokers: [Endpoint]) -> ExitCode {
        Output.message("platform top: no broker answers at \(brokers.list); is the platform started, and --bus right?")
        return ExitCode(3)
    }

    private static func silent(_ brokers: [Endpoint]) -> ExitCode {
        Output.message("platform top: nothing is heard from \(brokers.list); may this process read bus.statistics?")
        return ExitCode(3)
    }
}
