import ArgumentParser
import Bus
import Configuration

/// What every subcommand can be told: where the platform is.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The platform's bus; several brokers: tcp://A:5550,tcp://B:5550. (default: tcp://127.0.0.1:5550)")
    var bus: String?
    @Option(help: "Where events are read, a broker each. (default: two ports above each of the bus)")
    var events: String?
    @Option(help: "The file with your keys, for a bus over a network. (default: none)")
    var keyFile: String?
    @Option(parsing: .unconditional, help: "The public key of the brokers, for a bus over a network. (default: none)")
    var serverKey: String?
    @Option(help: "The gateway's base URL, such as http://127.0.0.1:8080: uses HTTP in the place of the bus.")
    var gateway: String?
    @Option(name: .customLong("job-url"), help: "The base URL of job-control, where it is not the gateway's.")
    var jobURL: String?
    @Option(name: .customLong("state-url"), help: "The base URL of shared-state. (default: as --job-url)")
    var stateURL: String?
    @Flag(help: "Print all that is sent.")
    var verbose = false

    /// Lends a session to `body`, and says what the platform refused, with the exit status that goes with it.
    func ask<R: Sendable>(_ body: @escaping @Sendable (Session) async throws -> R) async throws -> R {
        let settings = try await Settings.load(flags: flags)
        return try await Session.open(settings) { session in
            do {
                return try await body(session)
            } catch let problem as Problem {
                throw RunnerFailure(problem)
            }
        }
    }

    /// What the command line said, as settings; what it did not say is left to the other layers.
    var flags: [AbsoluteConfigKey: ConfigValue] {
        var flags: [AbsoluteConfigKey: ConfigValue] = [:]
        flags["bus"] = bus.map { ConfigValue(.string($0), isSecret: false) }
        flags["events"] = events.map { ConfigValue(.string($0), isSecret: false) }
        flags["gateway"] = gateway.map { ConfigValue(.string($0), isSecret: false) }
        flags["jobURL"] = jobURL.map { ConfigValue(.string($0), isSecret: false) }
        flags["stateURL"] = stateURL.map { ConfigValue(.string($0), isSecret: false) }
        flags["keyFile"] = keyFile.map { ConfigValue(.string($0), isSecret: false) }
        flags["serverKey"] = serverKey.map { ConfigValue(.string($0), isSecret: false) }
        if verbose { flags["verbose"] = ConfigValue(.bool(true), isSecret: false) }
        return flags
    }
}
