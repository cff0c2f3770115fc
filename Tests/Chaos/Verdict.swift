import Bus

/// Judges what clients and workers wrote down: every request ended once, in time, and what its end says is true.
package struct Verdict: Sendable {
    private struct History {
        var sent: Int64 = 0
        var isRepeatable = false
        /// Whether its client was killed while it ran, so that it may lack an end.
        var isExcused = false
        var ends = 0
        var end: Int64 = 0
        var outcome = ""
        var runs = 0
    }

    /// How long a client waits for a request, in nanoseconds.
    private let patience: Int64
    /// By how much an end may come later than that, in nanoseconds.
    private let slack: Int64
    private var histories: [RequestID: History] = [:]
    /// Counts by outcome.
    package private(set) var outcomes: [String: Int] = [:]
    package private(set) var requests = 0
    /// Repeatable requests that were carried out more than once.
    package private(set) var repeatedRuns = 0
    /// What is not as it must be: the first hundred.
    package private(set) var violations: [String] = []
    package private(set) var violationCount = 0
    /// When requests were answered well, in nanoseconds, by client.
    package private(set) var successes: [Int: [Int64]] = [:]

    /// - Parameters:
    ///   - patience: how long clients wait for each request.
    ///   - slack: by how much an end may come later than that, on a machine with much to do.
    package init(patience: Duration, slack: Duration = .seconds(1)) {
        self.patience = Int64(patience / .nanoseconds(1))
        self.slack = Int64(slack / .nanoseconds(1))
    }

    /// Takes in one life of a client.
    ///
    /// - Parameter wasKilled: whether it had to leave requests without an end.
    package mutating func addClient(_ client: Int, wasKilled: Bool, _ entries: [LedgerEntry]) {
        for entry in entries {
            switch entry.kind {
            case .sent:
                histories[entry.id, default: History()].sent = entry.time
                histories[entry.id, default: History()].isRepeatable = entry.detail == "repeatable"
                histories[entry.id, default: History()].isExcused = wasKilled
            case .ended:
                histories[entry.id, default: History()].ends += 1
                histories[entry.id, default: History()].end = entry.time
                histories[entry.id, default: History()].outcome = entry.detail
                if entry.detail == "ok" { successes[client, default: []].append(entry.time) }
            case .ran, .quit: break
            }
        }
        if !wasKilled, entries.last?.kind != .quit { blame("client \(client) did not come to its end") }
    }

    /// Takes in one life of a worker.
    package mutating func addWorker(_ entries: [LedgerEntry]) {
        for entry in entries where entry.kind == .ran { histories[entry.id, default: History()].runs += 1 }
    }

    /// Adds what somebody else has found.
    package mutating func blame(_ sentence: String) {
        violationCount += 1
        if violations.count < 100 { violations.append(sentence) }
    }

    /// Judges all that has been taken in.
    package mutating func judge() {
        for (id, history) in histories {
            if history.sent == 0 {
                blame("\(id) ran \(history.runs) times, but nobody sent it")
                continue
            }
            requests += 1
            if history.ends > 0 { outcomes[history.outcome, default: 0] += 1 }
            if history.isRepeatable, history.runs > 1 { repeatedRuns += 1 }
            if let fault = fault(of: history) {
                blame("\(id) (\(history.isRepeatable ? "repeatable" : "once"), \(history.outcome)): \(fault)")
            }
        }
    }

    private func fault(of history: History) -> String? {
        if history.ends > 1 { return "it ended \(history.ends) times" }
        if history.ends == 0, !history.isExcused { return "it never ended" }
        if !history.isRepeatable, history.runs > 1 { return "it ran \(history.runs) times" }
        guard history.ends == 1 else { return nil }
        if history.outcome == "ok", history.runs == 0 { return "it was answered, but never ran" }
        if history.outcome.hasPrefix("-"), history.runs > 0 { return "it ran, which the error denies" }
        if history.outcome == "wrong" { return "the answer is another request's" }
        if history.end - history.sent > patience + slack {
            return "it ended after \((history.end - history.sent) / 1_000_000) ms"
        }
        return nil
    }

    /// How many of the killed clients' requests had no end.
    package var unanswered: Int { histories.values.count { $0.ends == 0 && $0.sent != 0 } }

    /// The longest time without a success that a client saw which overlaps the given one, in milliseconds.
    package func longestGap(of client: Int, from start: Int64, to end: Int64) -> Double? {
        let times = (successes[client] ?? []).sorted()
        let gaps = zip(times, times.dropFirst()).filter { $0.1 >= start && $0.0 <= end }
        return gaps.map { Double($0.1 - $0.0) / 1e6 }.max()
    }
}
