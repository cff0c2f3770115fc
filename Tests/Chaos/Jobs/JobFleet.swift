import Scratch

/// The processes of a crash test: a platform in parts, an engine for persons, two for to-dos.
struct JobFleet: Sendable {
    let broker: FleetMember
    private let keepers: [FleetMember]
    let jobControls: [FleetMember]
    let engines: [FleetMember]
    /// Where the bus is, and where events are read.
    let bus: String
    let events: String

    var members: [FleetMember] { [broker] + keepers + jobControls + engines }

    init(
        _ settings: JobChaosRun.Settings,
        folder: String,
        database: ChaosDatabase,
        under warden: Warden,
        log: KillLog
    ) throws {
        let ports = try FreePorts.take(3).map { "tcp://127.0.0.1:\($0)" }
        (bus, events) = (ports[0], ports[2])
        // Whoever is killed so often must be missed soon.
        let environment = [
            "PLATFORM_BUS": ports[0], "PLATFORM_EVENTS_PUBLISH": ports[1], "PLATFORM_EVENTS_SUBSCRIBE": ports[2],
            "PLATFORM_JOB_LEASE_MS": "1500",
        ]
        var seed = settings.seed
        func member(_ name: String, _ arguments: [String], writes: FleetMember.Writes? = nil) -> FleetMember {
            seed &+= 0x9E37_79B9
            return FleetMember(
                name,
                writes: writes,
                seed: seed,
                under: warden,
                log: log,
                isExcused: { database.isShaken }
            ) { options in
                ScratchCommand.platform(
                    name,
                    at: settings.platform,
                    arguments + ["--log-level", "notice"] + options,
                    environment: environment,
                    log: "\(folder)/\(name).log"
                )
            }
        }
        func engine(_ service: String, _ number: Int) -> FleetMember {
            let design = "\(settings.root)/examples/\(service)/design.json"
            return member(
                "\(service)#\(number)",
                ["engine-service", "--design", design, "--store", database.url(service)],
                writes: .effect
            )
        }
        let store = ["--store", database.url("platform")]
        broker = member("broker", ["broker"])
        keepers = [member("discovery", ["discovery"] + store), member("shared-state", ["shared-state"] + store)]
        jobControls = (1...settings.jobControls).map {
            member("job-control#\($0)", ["job-control"] + store, writes: .journal)
        }
        engines = [engine("person", 1), engine("todo", 1), engine("todo", 2)]
    }

    /// Lets all of them live, one after the other where one needs the one before.
    func live(in group: inout ThrowingTaskGroup<Bool?, any Error>) async throws {
        for member in members {
            group.addTask {
                try await member.live()
                return nil
            }
            try await member.whenUp()
        }
    }

    func mayCrash(_ mayCrash: Bool) async {
        for member in jobControls + engines { await member.mayCrash(mayCrash) }
    }

    func end() async {
        for member in members.reversed() { await member.end() }
    }
}
