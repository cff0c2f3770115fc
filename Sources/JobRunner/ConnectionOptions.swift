import ArgumentParser
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
    @Flag(help: "Print all that is sent.")
    var verbose = false

    /// What the command line said, as settings; what it did not say is left to the other layers.
    var flags: [AbsoluteConfigKey: ConfigValue] {
        var flags: [AbsoluteConfigKey: ConfigValue] = [:]
        flags["bus"] = bus.map { ConfigValue(.string($0), isSecret: false) }
        flags["events"] = events.map { ConfigValue(.string($0), isSecret: false) }
        flags["keyFile"] = keyFile.map { ConfigValue(.string($0), isSecret: false) }
        flags["serverKey"] = serverKey.map { ConfigValue(.string($0), isSecret: false) }
        if verbose { flags["verbose"] = ConfigValue(.bool(true), isSecret: false) }
        return flags
    }
}
