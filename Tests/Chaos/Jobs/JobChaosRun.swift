import Bus
import Glibc
import JSON
import JobControl
import Logging
import Scratch
import ZeroMQ

/// A crash test of jobs: they run over real processes of which somebody is killed again and again, and in the end every
/// accepted job must have ended with all of its effects or with none.
package struct JobChaosRun: Sendable {
    package struct Settings: Sendable {
        package var seconds = 60
        package var seed: UInt64 = 0
        /// Whether the services share a PostgreSQL server, in the place of SQLite files.
        package var usesPostgres = false
        /// How many job-controls there are; more than one share a PostgreSQL server.
        package var jobControls = 1
        /// How many jobs are under way at once.
        package var customers = 12
        /// How long jobs may go on when nobody is killed any more.
        package var deadline: Duration = .seconds(120)
        /// The program `platform`.
        package var platform: String
        /// The checkout, for its examples and scripts.
        package var root: String

        package init(platform: String, root: String) {
            self.platform = platform
            self.root = root
        }
    }

    /// How many journals are compared with what was watched.
    private static let sample = 2_000

    private let settings: Settings
    private let folder: String
    private let log = KillLog()
    private let logger = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }

    /// - Parameter folder: where data and logs of the processes go.
    package init(_ settings: Settings, folder: String) {
        self.settings = settings
        self.folder = folder
    }

    /// Prints what was done and found; false when something is not as it must be.
    package func run() async throws -> Bool {
        let warden = try Warden()
        defer { warden.end() }
        let database = ChaosDatabase(
            settings.usesPostgres ? .postgres : .sqlite,
            folder: folder,
            root: settings.root,
            under: warden
        )
        try await database.start()
        let outcome: Result<Bool, any Error>
        do {
            outcome = .success(try await run(on: database, under: warden))
        } catch {
            outcome = .failure(error)
        }
        try await database.stop()
        return try outcome.get()
    }

    private func run(on database: ChaosDatabase, under warden: Warden) async throws -> Bool {
        let fleet = try JobFleet(settings, folder: folder, database: database, under: warden, log: log)
        let context = Context()
        defer { context.close() }
        let bus = BusClient(.init(endpoint: try Endpoint(fleet.bus)), context: context, logger: logger)
        let events = EventSubscriber(
            endpoints: [try Endpoint(fleet.events)],
            context: context,
            logger: logger,
            security: nil
        )
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await bus.run()
                return nil
            }
            group.addTask {
                try await events.run()
                return nil
            }
            try await fleet.live(in: &group)
            group.addTask { try await judged(fleet, database, bus, PatientCustomer(JobClient(bus), events)) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            return false
        }
    }

    private func judged(
        _ fleet: JobFleet,
        _ database: ChaosDatabase,
        _ bus: BusClient,
        _ customer: PatientCustomer
    ) async throws -> Bool {
        let reader = JobStoresReader(bus: bus, customer: customer)
        // Everybody is known to everybody before the first job comes.
        _ = try await reader.stock()
        let load = JobLoad(seed: settings.seed, customers: settings.customers, customer)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await load.run() }
            await fleet.mayCrash(true)
            var killer = JobKiller(fleet, database, seed: settings.seed, log: log)
            try await killer.kill(until: .now + .seconds(settings.seconds))
            await fleet.mayCrash(false)
            load.stop()
            log.say("nobody is killed any more, but for those who are to end at a write yet to come")
            group.addTask {
                try await Task.sleep(for: settings.deadline)
                log.say("\(settings.deadline) have passed, and jobs have not ended")
            }
            try await group.next()
            group.cancelAll()
        }
        let result = try await report(load.seen, reader)
        await fleet.end()
        return result
    }

    private func report(_ traces: [JobTrace], _ reader: JobStoresReader) async throws -> Bool {
        var verdict = JobVerdict(stock: try await reader.stock(), statuses: try await reader.statuses())
        let stateful = traces.filter { $0.job.kind == .stateful && $0.ending == "completed" }
        let states = try await reader.each(of: stateful.compactMap(\.stateID)) { try await reader.state($0) }
        let stride = max(traces.count / Self.sample, 1)
        let sampled = traces.enumerated().filter { $0.offset % stride == 0 }.map(\.element.job.id)
        let histories = try await reader.each(of: sampled) { try await reader.history(of: $0) }
        for trace in traces {
            verdict.judge(
                trace,
                state: trace.stateID.flatMap { states[$0] ?? nil },
                history: histories[trace.job.id]?.map(JobTrace.Sighting.init)
            )
        }
        verdict.judgeStrangers()
        for fault in log.faults { verdict.blame(fault) }
        try await show(verdict.violations, reader)
        let endings = verdict.endings.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        print("killed: \(log.summary); jobs ended: \(endings.joined(separator: " "))")
        print("kills=\(log.kills) jobs=\(traces.count) violations=\(verdict.violations.count) seed=\(settings.seed)")
        fflush(nil)
        return verdict.violations.isEmpty
    }

    /// All violations, and the journal of the job that has the shortest of those concerned.
    private func show(_ violations: [JobVerdict.Violation], _ reader: JobStoresReader) async throws {
        for violation in violations.prefix(100) {
            print("violation: seed=\(settings.seed) \(violation.job.map { "job \($0): " } ?? "")\(violation.sentence)")
        }
        let jobs = Array(Set(violations.compactMap(\.job)).sorted().prefix(200))
        let histories = try await reader.each(of: jobs) { try await reader.history(of: $0) }
        guard let shortest = histories.min(by: { ($0.value.count, $0.key) < ($1.value.count, $1.key) }) else { return }
        print("trace of job \(shortest.key):")
        for entry in shortest.value { print("  \(entry)") }
    }
}

extension JobTrace.Sighting {
    /// Of an entry of the journal.
    fileprivate init(_ entry: JSONValue) {
        self.init(
            entry["sequence"].flatMap { UInt64($0.description) } ?? 0,
            "platform." + (entry["type"]?.stringValue ?? "")
        )
    }
}
