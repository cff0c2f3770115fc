import Bus
import Scratch

/// A process of a crash test that lives again and again: whenever it has ended it is started at once.
actor FleetMember {
    /// Which writes it may end itself at.
    enum Writes: String, Sendable {
        case journal, effect
    }

    /// `todo#2`.
    nonisolated let name: String
    private let writes: Writes?
    private let command: @Sendable (_ options: [String]) -> ScratchCommand
    private let warden: Warden
    private let log: KillLog
    /// Whether it may end by itself now, because what it needs is away.
    private let isExcused: @Sendable () -> Bool
    private var dice: Dice
    private var process: ScratchProcess?
    private var wasStruck = false
    private var mayCrash = false
    private var isEnding = false
    private let up = OneTimeSignal()

    init(
        _ name: String,
        writes: Writes? = nil,
        seed: UInt64,
        under warden: Warden,
        log: KillLog,
        isExcused: @escaping @Sendable () -> Bool,
        command: @escaping @Sendable (_ options: [String]) -> ScratchCommand
    ) {
        self.name = name
        self.writes = writes
        self.warden = warden
        self.log = log
        self.isExcused = isExcused
        self.command = command
        dice = Dice(seed: seed)
    }

    /// Returns when its first life answers.
    nonisolated func whenUp() async throws {
        let failure = BusError(.timedOut, "\(name) is not ready within a minute")
        try await up.wait(within: .seconds(60), orThrow: failure)
    }

    /// Lives until ``end()``.
    func live() async throws {
        defer { up.end() }
        while !isEnding {
            let point = nextPoint()
            wasStruck = false
            let process = try ScratchProcess(command(point.map { ["--crash-at", $0] } ?? []), under: warden)
            self.process = process
            if try await process.whenReady() { up.happen() }
            let ending = try await process.whenEnded()
            self.process = nil
            if !isEnding { try await note(ending, point) }
        }
    }

    /// Kills it now.
    func strike() {
        guard let process else { return }
        wasStruck = true
        process.kill()
    }

    /// From now on its next lives may end at a write.
    func mayCrash(_ mayCrash: Bool) { self.mayCrash = mayCrash }

    /// Asks it to end for good.
    func end() {
        isEnding = true
        process?.terminate()
    }

    /// Early writes more often than late ones: those of a recovery, too.
    private func nextPoint() -> String? {
        guard mayCrash, let writes, Int.random(in: 0..<5, using: &dice) < 3 else { return nil }
        let moment = Bool.random(using: &dice) ? "before" : "after"
        let upper = 1 << Int.random(in: 1...8, using: &dice)
        return "\(writes.rawValue):\(moment):\(Int.random(in: 1...upper, using: &dice))"
    }

    private func note(_ ending: ScratchProcess.Ending, _ point: String?) async throws {
        if ending == .killed, wasStruck { return log.kill(name, "SIGKILL") }
        if ending == .killed, let point { return log.kill(name, "at \(point)") }
        if isExcused() {
            log.say("\(name) ended by itself (\(ending)), as the database is away")
        } else {
            log.fault("\(name) ended by itself: \(ending)")
        }
        try await Task.sleep(for: .milliseconds(100))
    }
}
