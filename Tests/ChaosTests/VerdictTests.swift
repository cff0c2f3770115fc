import Bus
import Chaos
import Testing

/// What the judge of a chaos run finds, so that a run without violations means something.
struct VerdictTests {
    private typealias Line = (kind: LedgerEntry.Kind, detail: String, milliseconds: Int64)

    private let id = RequestID()

    private func entries(_ lines: [Line]) -> [LedgerEntry] {
        lines.map { LedgerEntry(kind: $0.kind, id: id, detail: $0.detail, time: $0.milliseconds * 1_000_000 + 1) }
    }

    /// How many faults are found in what one client and one worker wrote.
    private func faults(_ client: [Line], runs: Int, wasKilled: Bool = false) -> Int {
        var verdict = Verdict(patience: .seconds(5))
        verdict.addClient(0, wasKilled: wasKilled, entries(client))
        verdict.addWorker(entries(Array(repeating: (.ran, "-", 5), count: runs)))
        verdict.judge()
        return verdict.violationCount
    }

    @Test(arguments: [
        ("once", "ok", 1, 0), ("once", "ok", 2, 1), ("once", "ok", 0, 1), ("once", "wrong", 1, 1),
        ("once", "-no_worker", 0, 0), ("once", "-no_worker", 1, 1), ("once", "+worker_lost", 0, 0),
        ("once", "+worker_lost", 1, 0), ("once", "+worker_lost", 2, 1), ("repeatable", "ok", 2, 0),
        ("repeatable", "ok", 0, 1), ("repeatable", "-unreachable", 1, 1), ("repeatable", "+timed_out", 3, 0),
    ])
    func anEndMustFitWhatTheWorkersDid(_ kind: String, _ outcome: String, _ runs: Int, _ expected: Int) {
        #expect(faults([(.sent, kind, 0), (.ended, outcome, 9), (.quit, "-", 10)], runs: runs) == expected)
    }

    @Test func everyRequestEndsOnceAndInTimeUnlessItsClientWasKilled() {
        #expect(faults([(.sent, "once", 0), (.quit, "-", 10)], runs: 1) == 1)
        #expect(faults([(.sent, "once", 0)], runs: 1, wasKilled: true) == 0)
        #expect(faults([(.sent, "once", 0)], runs: 2, wasKilled: true) == 1)
        #expect(faults([(.sent, "once", 0), (.ended, "ok", 1), (.ended, "ok", 2), (.quit, "-", 3)], runs: 1) == 1)
        #expect(faults([(.sent, "once", 0), (.ended, "ok", 5999), (.quit, "-", 6000)], runs: 1) == 0)
        #expect(faults([(.sent, "once", 0), (.ended, "ok", 6001), (.quit, "-", 6002)], runs: 1) == 1)
    }

    @Test func whoHasNotComeToItsEndHangs() {
        #expect(faults([(.sent, "once", 0), (.ended, "ok", 9)], runs: 1) == 1)
    }

    @Test func whatNobodySentMustNotRun() {
        #expect(faults([(.quit, "-", 1)], runs: 1) == 1)
    }

    @Test(arguments: ["-", "repeatable", "+protocol_violation", "ok"])
    func aLineIsReadAsItWasWritten(_ detail: String) {
        let entry = LedgerEntry(kind: .ended, id: id, detail: detail, time: 1_234_567_890_123_456_789)
        #expect(entry.line.count == 76)
        #expect(entry.line.withUnsafeBytes { LedgerEntry($0) } == entry)
        #expect(entry.line.dropLast().withUnsafeBytes { LedgerEntry($0) } == nil)
    }
}
