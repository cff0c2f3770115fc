import ArgumentParser
import Configuration
import SystemPackage

/// What everything that meets the bus can be told: where it is, and where settings are read from.
struct BusOptions: ParsableArguments {
    @Option(
        help: """
            The bus: what a process with the broker binds, and what others connect to; these take several brokers, \
            tcp://A:5550,tcp://B:5550. (default: tcp://127.0.0.1:5550)
            """
    )
    var bus: String?
    @Option(help: "The file with this process's keys, for a bus over a network: see `platform keys`. (default: none)")
    var keyFile: String?
    @Option(parsing: .unconditional, help: "The public key of the brokers, where they are elsewhere. (default: none)")
    var serverKey: String?
    @Option(help: "A file of settings (JSON).")
    var config: String?

    var flags: [AbsoluteConfigKey: ConfigValue] {
        ["bus": .text(bus), "keyFile": .text(keyFile), "serverKey": .text(serverKey)].compactMapValues { $0 }
    }

    /// Flags over `PLATFORM_…` over the file; the defaults are in the configuration types.
    func reader(flags: [AbsoluteConfigKey: ConfigValue]) async throws -> ConfigReader {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: flags),
            EnvironmentVariablesProvider().prefixKeys(with: "platform"),
        ]
        if let config {
            providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(config)))
        }
        return ConfigReader(providers: providers)
    }
}

extension ConfigValue {
    /// What an option said; nil when it was not given, so that the next place is asked.
    static func text(_ value: String?) -> Self? { value.map { Self(.string($0), isSecret: false) } }

    /// What an option said; nil when it was not given, so that the next place is asked.
    static func number(_ value: Int?) -> Self? { value.map { Self(.int($0), isSecret: false) } }
}
