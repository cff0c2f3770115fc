/// Kills somebody every now and then, as the seed decides.
struct JobKiller {
    private enum Victim {
        case jobControl, engine, broker, database
    }

    private let fleet: JobFleet
    private let database: ChaosDatabase
    private let log: KillLog
    private var dice: Dice

    init(_ fleet: JobFleet, _ database: ChaosDatabase, seed: UInt64, log: KillLog) {
        self.fleet = fleet
        self.database = database
        self.log = log
        dice = Dice(seed: seed)
    }

    mutating func kill(until end: ContinuousClock.Instant) async throws {
        var victims: [Victim] = [.jobControl, .jobControl, .jobControl, .engine, .engine, .engine, .broker]
        if database.kind == .postgres { victims.append(.database) }
        while true {
            let pause = Duration.milliseconds(Int.random(in: 200...1_200, using: &dice))
            guard .now + pause < end else { return try await Task.sleep(until: end) }
            try await Task.sleep(for: pause)
            switch victims.randomElement(using: &dice) ?? .jobControl {
            case .jobControl: await fleet.jobControls.randomElement(using: &dice)?.strike()
            case .engine: await fleet.engines.randomElement(using: &dice)?.strike()
            case .broker: await fleet.broker.strike()
            case .database:
                log.kill("postgres", "stopped hard")
                try await database.strike()
            }
        }
    }
}
