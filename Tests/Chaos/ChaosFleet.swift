import Glibc
import Scratch

/// The processes of a run. Clients begin with different brokers, so that all are at work.
struct ChaosFleet {
    struct Size {
        var brokers = 3
        var workers = 4
        var clients = 8
        var window = 32
        /// How long a client waits for a request.
        var patience = Duration.seconds(5)
        var repeatableShare = 0.5
        /// `mixed`, where some take a while, or `quick`.
        var operation = "mixed"
        /// Whether all clients begin with the same broker.
        var beginTogether = false
    }

    let folder: String
    let endpoints: [String]
    var processes: [ChaosProcess] = []

    init(_ size: Size, seed: UInt64, folder: String) throws {
        self.folder = folder
        let ports = try FreePorts.take(size.brokers * 3)
        let all = ports.map { "tcp://127.0.0.1:\($0)" }
        let endpoints = Array(all[..<size.brokers])
        self.endpoints = endpoints
        for broker in 0..<size.brokers {
            let others = [all[size.brokers + broker], all[2 * size.brokers + broker]]
            processes.append(ChaosProcess(.broker, broker, [endpoints[broker]] + others))
        }
        for worker in 0..<size.workers {
            processes.append(ChaosProcess(.worker, worker, [endpoints.joined(separator: ",")]))
        }
        for client in 0..<size.clients {
            let first = size.beginTogether ? 0 : client % size.brokers
            let list = (endpoints[first...] + endpoints[..<first]).joined(separator: ",")
            let milliseconds = size.patience / .milliseconds(1)
            let options = [size.window, Int(milliseconds), Int(truncatingIfNeeded: seed >> 1) &+ client].map(
                String.init
            )
            processes.append(
                ChaosProcess(.client, client, [list] + options + ["\(size.repeatableShare)", size.operation])
            )
        }
    }

    func indices(of kind: ChaosProcess.Kind) -> [Int] { processes.indices.filter { processes[$0].kind == kind } }

    mutating func start(_ kind: ChaosProcess.Kind) throws {
        for index in indices(of: kind) where !processes[index].isUp { try processes[index].start(in: folder) }
    }

    /// Ends all of a kind as an operator would; kills and names those that have not ended in time.
    mutating func end(_ kind: ChaosProcess.Kind, within limit: Duration) async throws -> [String] {
        for index in indices(of: kind) { processes[index].signal(SIGTERM) }
        let deadline = ContinuousClock.now + limit
        var left = indices(of: kind)
        while !left.isEmpty, ContinuousClock.now < deadline {
            left.removeAll { processes[$0].hasEnded() }
            try await Task.sleep(for: .milliseconds(10))
        }
        for index in left { processes[index].signal(SIGKILL) }
        return left.map { "\(processes[$0].name) did not end within \(limit) of SIGTERM" }
    }

    /// Kills whatever is left.
    mutating func killAll() {
        for index in processes.indices { processes[index].signal(SIGKILL) }
    }

    /// All that was written down.
    func verdict(patience: Duration, slack: Duration = .seconds(1)) -> Verdict {
        var verdict = Verdict(patience: patience, slack: slack)
        for process in processes where process.kind != .broker {
            for (life, wasKilled) in process.lives.enumerated() {
                var entries: [LedgerEntry] = []
                Ledger.forEachEntry(of: process.ledger(ofLife: life, in: folder)) { entries.append($0) }
                if process.kind == .worker {
                    verdict.addWorker(entries)
                } else {
                    verdict.addClient(process.number, wasKilled: wasKilled, entries)
                }
            }
        }
        verdict.judge()
        return verdict
    }
}
