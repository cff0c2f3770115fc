import Bus
import JSON
import JobControl
import Scratch
import Synchronization
import ZeroMQ

/// How long a platform that was killed needs until its jobs go on.
///
/// Jobs of one task are submitted, and their service holds every task. When as many hold as may run at once, the platform
/// is killed and started again, the service lets all through, and the clock runs from the start of the process.
struct Recovery: Sendable {
    private static let submitters = 64
    private static let pause = Duration.milliseconds(20)
    /// How long jobs may take to go on: well above what is asked for.
    private static let patience = Duration.seconds(120)

    let program: String
    let folder: String
    let jobs: Int
    /// How many jobs may run at once; the others are queued.
    let atOnce: Int

    func measure() async throws -> String {
        let warden = try Warden()
        defer { warden.end() }
        let ports = try FreePorts.take(7)
        let command = command(ports)
        let first = try ScratchProcess(command, under: warden)
        guard try await first.whenReady() else { throw ScratchError("the platform ended; its log is \(command.log)") }

        let bus = Endpoint.tcp("127.0.0.1", port: UInt16(ports[0]))
        let context = Context()
        let client = BusClient(.init(endpoints: [bus]), context: context, logger: JobBenchmark.logger)
        let gate = Gate()
        let lives = (first: Calls(of: min(jobs, atOnce)), second: Calls(of: jobs))
        let life = Life()
        let worker = JobBenchmark.worker(of: bus, context, credits: min(jobs + 16, 65_535)) { request in
            guard request.operation != "revert" else { throw Problem(.internalServerError, "a task is reverted") }
            life.calls?.note(try request.requestID())
            try await gate.pass()
        }
        return try await JobBenchmark.whileRunning([client.run, worker.run]) {
            gate.open()
            try await worker.whenReady
            try await JobBenchmark.whenServed(JobClient(client))
            gate.close()
            life.calls = lives.first
            try await submitAll(JobClient(client))
            let failure = BusError(.timedOut, "the service had \(lives.first.count) tasks before the kill")
            try await lives.first.all.wait(within: Self.patience, orThrow: failure)
            first.kill()
            _ = try await first.whenEnded()
            life.calls = lives.second
            gate.open()
            return try await goOn(command, warden, JobClient(client), lives.second)
        }
    }

    private func goOn(
        _ command: ScratchCommand,
        _ warden: Warden,
        _ client: JobClient,
        _ calls: Calls
    ) async throws -> String {
        let start = Marks.now
        let platform = try ScratchProcess(command, under: warden)
        async let ready = platform.whenReady()
        guard try await ready else { throw ScratchError("the platform ended; its log is \(command.log)") }
        let isReady = Marks.now
        let failure = BusError(.timedOut, "after \(Self.patience) the service had \(calls.count) of \(jobs) tasks")
        try await calls.all.wait(within: Self.patience, orThrow: failure)
        try await whenAllHaveEnded(client)
        let ended = Marks.now
        // Without the one that found the service.
        let completed = try await count(client, status: "completed") - 1
        platform.terminate()
        _ = try await platform.whenEnded()
        let moments = calls.moments
        let figures = [("ready", isReady), ("first", moments.first), ("last", moments.last), ("all-ended", ended)]
            .map { "\($0)=\((Double($1 - start) / 1e9).hundredths)s" }.joined(separator: " ")
        return "recovery jobs=\(jobs) at-once=\(min(atOnce, jobs)) \(figures) completed=\(completed)"
    }

    private func command(_ ports: [Int]) -> ScratchCommand {
        let endpoints = ports.map { "tcp://127.0.0.1:\($0)" }
        let arguments = [
            "all", "--store", "sqlite:\(folder)/platform.db", "--bus", endpoints[0], "--events-publish", endpoints[1],
            "--events-subscribe", endpoints[2], "--http-port", "\(ports[3])", "--discovery-port", "\(ports[4])",
            "--state-port", "\(ports[5])", "--job-port", "\(ports[6])", "--jobs-at-once", "\(atOnce)",
            "--jobs-waiting", "\(jobs)", "--tasks-per-service", "\(jobs)",
        ]
        return .platform("platform", at: program, arguments, log: folder + "/platform.log")
    }

    private func submitAll(_ client: JobClient) async throws {
        // The service holds the tasks, longer than they have by default where the machine is busy with others.
        let document = JobBenchmark.job(tasks: 1, timeout: "PT10M")
        let share = (jobs + Self.submitters - 1) / Self.submitters
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in stride(from: 0, to: jobs, by: share) {
                group.addTask {
                    for _ in first..<min(first + share, jobs) { _ = try await client.submit(document) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Every task has been called by then, so this is not asked for long.
    private func whenAllHaveEnded(_ client: JobClient) async throws {
        while true {
            let running = try await client.jobs(matching: ["status": "running"], newestFirst: false, limit: 1)
            if running.rows.isEmpty { return }
            try await ContinuousClock().sleep(for: Self.pause)
        }
    }

    private func count(_ client: JobClient, status: String) async throws -> Int {
        var (count, cursor): (Int, String?) = (0, nil)
        repeat {
            let page = try await client.jobs(
                matching: ["status": status],
                newestFirst: false,
                limit: 1_000,
                after: cursor
            )
            count += page.rows.count
            cursor = page.next
        } while cursor != nil
        return count
    }
}

/// Which calls are counted; none while nil.
private final class Life: Sendable {
    private let current = Mutex<Calls?>(nil)

    var calls: Calls? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

/// The tasks that a life of the platform has sent, each counted once.
private final class Calls: Sendable {
    private struct State {
        var requests: Set<String> = []
        var first: UInt64 = 0
        var last: UInt64 = 0
    }

    private let expected: Int
    private let state = Mutex(State())
    /// Happens with the last of them.
    let all = OneTimeSignal()

    init(of expected: Int) {
        self.expected = expected
    }

    /// When the first and the last came.
    var moments: (first: UInt64, last: UInt64) { state.withLock { ($0.first, $0.last) } }

    var count: Int { state.withLock(\.requests.count) }

    func note(_ request: String) {
        let now = Marks.now
        let isLast = state.withLock { state in
            guard state.requests.insert(request).inserted else { return false }
            if state.requests.count == 1 { state.first = now }
            state.last = now
            return state.requests.count == expected
        }
        if isLast { all.happen() }
    }
}
