import Bus
import Glibc
import JSON
import ZeroMQ

/// A run: everything at full load while somebody is killed every second and started again, then the judgement.
package struct ChaosRun {
    private let seconds: Int
    private let seed: UInt64
    private let slack: Duration
    private let size = ChaosFleet.Size()
    private var dice: Dice
    private var fleet: ChaosFleet
    /// Who comes back, and when.
    private var returns: [Return] = []
    private var kills: [ChaosProcess.Kind: Int] = [:]
    private var drains = 0
    private var stalls = 0
    private var blackouts = 0
    private var faults: [String] = []
    private var memory = MemoryWatch()
    private var descriptorsBefore = 0

    private struct Return {
        let index: Int
        var at: ContinuousClock.Instant
        /// It was not ended: it goes on.
        var isStopped = false
    }

    /// - Parameter slack: by how much requests may end after their deadlines.
    package init(seconds: Int, seed: UInt64, slack: Duration, folder: String) throws {
        self.seconds = seconds
        self.seed = seed
        self.slack = slack
        dice = Dice(seed: seed)
        fleet = try ChaosFleet(size, seed: seed, folder: folder)
    }

    /// Prints what was done and found; false when something is not as it must be.
    package mutating func run() async throws -> Bool {
        defer { fleet.killAll() }
        try fleet.start(.broker)
        try fleet.start(.worker)
        try await Task.sleep(for: .seconds(1))
        descriptorsBefore = fleet.indices(of: .broker).compactMap { fleet.processes[$0].size?.descriptors }.max() ?? 0
        try fleet.start(.client)
        try await kill(for: seconds)
        try await bringAllBack()
        // What those who came back last have to say is part of it.
        try await Task.sleep(for: .seconds(1))
        faults += memory.compare(fleet.processes)
        faults += try await fleet.end(.client, within: size.patience + slack + .seconds(2))
        try await inspectBrokers()
        faults += try await fleet.end(.worker, within: .seconds(5))
        faults += try await fleet.end(.broker, within: .seconds(7))
        return report()
    }

    private mutating func bringAllBack() async throws {
        while let next = returns.map(\.at).min() {
            try await Task.sleep(until: next)
            try bringBack()
        }
    }
}

// MARK: - The killer

extension ChaosRun {
    private mutating func kill(for seconds: Int) async throws {
        let start = ContinuousClock.now
        for second in 1...max(seconds, 1) {
            let end = start + .seconds(second)
            while let next = returns.map(\.at).min(), next < end {
                try await Task.sleep(until: next)
                try bringBack()
            }
            try await Task.sleep(until: end)
            memory.look(at: fleet.processes)
            findCrashes()
            strike()
        }
    }

    private mutating func strike() {
        if Int.random(in: 0..<20, using: &dice) == 0 { return strikeAllBrokers() }
        let kind = [ChaosProcess.Kind.broker, .worker, .client].randomElement(using: &dice) ?? .broker
        let alive = fleet.indices(of: kind).filter { index in !returns.contains { $0.index == index } }
        guard let victim = alive.randomElement(using: &dice) else { return }
        let delay = Duration.milliseconds(Int.random(in: 20...900, using: &dice))
        switch kind == .client ? 0 : Int.random(in: 0..<8, using: &dice) {
        case 6:
            // As an operator would have it; nobody may notice that.
            fleet.processes[victim].signal(SIGTERM)
            drains += 1
        case 7:
            // Longer than three heartbeats: it is dead to the others, and comes back with all that it had.
            fleet.processes[victim].signal(SIGSTOP)
            stalls += 1
            return returns.append(Return(index: victim, at: .now + .seconds(4), isStopped: true))
        default:
            fleet.processes[victim].signal(SIGKILL)
            kills[kind, default: 0] += 1
        }
        returns.append(Return(index: victim, at: .now + delay))
    }

    /// Nobody ends without being told.
    private mutating func findCrashes() {
        for index in fleet.processes.indices where !returns.contains(where: { $0.index == index }) {
            guard fleet.processes[index].hasEnded() else { continue }
            faults.append("\(fleet.processes[index].name) ended by itself")
            returns.append(Return(index: index, at: .now))
        }
    }

    /// They come back in any order.
    private mutating func strikeAllBrokers() {
        blackouts += 1
        for index in fleet.indices(of: .broker) {
            if fleet.processes[index].isUp { kills[.broker, default: 0] += 1 }
            fleet.processes[index].signal(SIGKILL)
            returns.removeAll { $0.index == index }
            let delay = Duration.milliseconds(Int.random(in: 20...900, using: &dice))
            returns.append(Return(index: index, at: .now + delay))
        }
    }

    private mutating func bringBack() throws {
        let now = ContinuousClock.now
        for position in returns.indices.reversed() where returns[position].at <= now {
            let index = returns[position].index
            if returns[position].isStopped {
                fleet.processes[index].signal(SIGCONT)
            } else if fleet.processes[index].hasEnded() {
                // It need not be ready soon: there may be no broker for it.
                try fleet.processes[index].start(in: fleet.folder, andWait: false)
            } else {
                // It still has something to answer.
                returns[position].at = now + .milliseconds(50)
                continue
            }
            returns.remove(at: position)
        }
    }
}

// MARK: - What is left in the brokers

extension ChaosRun {
    private mutating func inspectBrokers() async throws {
        for (broker, index) in fleet.indices(of: .broker).enumerated() {
            let process = fleet.processes[index]
            if let fault = try await remainder(of: fleet.endpoints[broker]) {
                faults.append("\(process.name): \(fault)")
            }
            guard let size = process.size else {
                faults.append("\(process.name) is gone")
                continue
            }
            if size.descriptors > descriptorsBefore + 4 {
                faults.append(
                    "\(process.name) has \(size.descriptors) descriptors, \(descriptorsBefore) before the load"
                )
            }
        }
    }

    /// What a broker still has when nobody asks anything: nil when it has forgotten all.
    private func remainder(of endpoint: String) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(10)
        return try await withBusClient(connectedTo: try Endpoint(endpoint)) { client in
            var state: JSONValue = [:]
            while ContinuousClock.now < deadline {
                state = try await client.request("broker", "statistics").json()
                let left = ["inFlight", "waiting", "heldBytes"].map { state[$0]?.intValue ?? -1 }
                // The workers and this client.
                if left == [0, 0, 0], state["peers"]?.intValue == size.workers + 1 { return nil }
                try await Task.sleep(for: .milliseconds(200))
            }
            return "\(state)"
        }
    }
}

// MARK: - The report

extension ChaosRun {
    private func report() -> Bool {
        var verdict = fleet.verdict(patience: size.patience, slack: slack)
        for fault in faults { verdict.blame(fault) }
        let killed = [ChaosProcess.Kind.broker, .worker, .client].map { "\($0.rawValue)s:\(kills[$0] ?? 0)" }
        let outcomes = verdict.outcomes.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        for violation in verdict.violations { print("violation: \(violation)") }
        print(
            "chaos seed=\(seed) seconds=\(seconds) kills=\(kills.values.reduce(0, +))",
            "(\(killed.joined(separator: " "))) drains=\(drains) stalls=\(stalls) blackouts=\(blackouts) requests=\(verdict.requests)",
            "outcomes=(\(outcomes.joined(separator: " "))) repeated-runs=\(verdict.repeatedRuns)",
            "without-end-of-killed-clients=\(verdict.unanswered)",
            "memory-kb=(\(memory.summary))",
            "violations=\(verdict.violationCount)"
        )
        return verdict.violationCount == 0
    }
}
