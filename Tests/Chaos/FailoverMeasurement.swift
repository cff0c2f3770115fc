import Glibc

/// How long clients go without an answer when their broker is lost: killed, which closes the connection, or stopped,
/// which only its heartbeats tell.
package struct FailoverMeasurement {
    private enum Loss: String, CaseIterable {
        case closed, silent
    }

    private struct Event {
        let loss: Loss
        let start: Int64
        let end: Int64
    }

    private let rounds: Int
    private let size = {
        var size = ChaosFleet.Size()
        size.workers = 2
        size.clients = 4
        size.window = 4
        size.patience = .seconds(15)
        size.repeatableShare = 1
        size.operation = "quick"
        size.beginTogether = true
        return size
    }()
    private var fleet: ChaosFleet
    private var events: [Event] = []

    package init(rounds: Int, folder: String) throws {
        self.rounds = rounds
        fleet = try ChaosFleet(size, seed: 1, folder: folder)
    }

    /// Prints a line for each way to lose a broker; false when a client was left without an answer.
    package mutating func run() async throws -> Bool {
        defer { fleet.killAll() }
        try fleet.start(.broker)
        try fleet.start(.worker)
        try fleet.start(.client)
        let quiet = Ledger.now
        try await Task.sleep(for: .seconds(2))
        events.append(Event(loss: .closed, start: quiet + 1_000_000_000, end: Ledger.now))
        // All clients began with broker 0 and go on to the next one together.
        for round in 0..<rounds * 2 { try await lose(broker: round % size.brokers, Loss.allCases[round % 2]) }
        let faults = try await fleet.end(.client, within: size.patience + .seconds(3))
        let verdict = fleet.verdict(patience: size.patience)
        report(verdict)
        for fault in faults + verdict.violations { print("violation: \(fault)") }
        return faults.isEmpty && verdict.violationCount == 0
    }

    private mutating func lose(broker: Int, _ loss: Loss) async throws {
        let start = Ledger.now
        switch loss {
        case .closed:
            fleet.processes[broker].signal(SIGKILL)
            try await Task.sleep(for: .seconds(1))
            events.append(Event(loss: loss, start: start, end: Ledger.now))
            try fleet.processes[broker].start(in: fleet.folder)
        case .silent:
            fleet.processes[broker].signal(SIGSTOP)
            try await Task.sleep(for: .seconds(5))
            events.append(Event(loss: loss, start: start, end: Ledger.now))
            fleet.processes[broker].signal(SIGCONT)
        }
        // Workers come back to it, so that it can be the next one's refuge.
        try await Task.sleep(for: .seconds(2))
    }

    private func report(_ verdict: Verdict) {
        line("undisturbed", Array(events.prefix(1)), verdict)
        for loss in Loss.allCases { line(loss.rawValue, events.dropFirst().filter { $0.loss == loss }, verdict) }
        let outcomes = verdict.outcomes.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        print("failover requests=\(verdict.requests) outcomes=(\(outcomes.joined(separator: " ")))")
    }

    private func line(_ name: String, _ events: [Event], _ verdict: Verdict) {
        let gaps = events.flatMap { event in
            (0..<size.clients).compactMap { verdict.longestGap(of: $0, from: event.start, to: event.end) }
        }.sorted()
        guard let longest = gaps.last else { return }
        let tenths = [gaps[gaps.count / 2], longest].map { ($0 * 10).rounded() / 10 }
        print("failover \(name) gaps=\(gaps.count) p50-ms=\(tenths[0]) max-ms=\(tenths[1])")
    }
}
