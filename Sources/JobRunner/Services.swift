import ArgumentParser
import Bus
import Discovery
import JSON

/// Lists the services that are there, or waits until some of them are.
struct Services: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists the registered services, one `name<TAB>address` a line.",
        discussion: "With --wait-for it ends as soon as all the named ones are registered, which events tell it."
    )

    @Option(help: "Names of services to wait for, separated by commas.")
    var waitFor: String?
    @Option(help: "How many seconds to wait at most.")
    var within = 30.0
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard within > 0, within <= 86_400 else { throw ValidationError("--within is in seconds, at most 86400.") }
    }

    func run() async throws {
        let settings = try await Settings.load(flags: connection.flags)
        let wanted = Set((waitFor ?? "").split(separator: ",").map(String.init))
        let limit = Duration.seconds(within)
        let entries = try await Session.open(settings) { session in
            try await session.services(including: wanted, within: limit)
        }
        for entry in entries { Console.output(Array("\(entry.serviceName)\t\(entry.serviceURL)".utf8)) }
    }
}

extension Session {
    /// The registered services, once all of `wanted` are among them.
    ///
    /// - Throws: ``RunnerFailure`` that names who is missing when `limit` has passed.
    func services(including wanted: Set<String>, within limit: Duration) async throws -> [RegistryEntry] {
        let entries = try await snapshot()
        let missing = wanted.subtracting(entries.map(\.serviceName))
        guard !missing.isEmpty else { return entries }
        let deadline = ContinuousClock.now + limit
        return try await withThrowingTaskGroup(of: [RegistryEntry].self) { group in
            group.addTask { try await waitForServices(wanted) }
            group.addTask {
                try await ContinuousClock().sleep(until: deadline)
                let present = try await snapshot().map(\.serviceName)
                let names = wanted.subtracting(present).sorted().joined(separator: ", ")
                throw RunnerFailure.unreachable("not registered within \(limit): \(names)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// Subscribes first and looks afterwards, so that no registration falls between the two.
    private func waitForServices(_ wanted: Set<String>) async throws -> [RegistryEntry] {
        traffic.note("subscription", "registry.")
        let changes = try await events.subscribe(to: "registry.")
        var entries = try await snapshot()
        var missing = wanted.subtracting(entries.map(\.serviceName))
        if missing.isEmpty { return entries }
        for try await delivery in changes {
            switch delivery {
            case .interrupted: missing = wanted.subtracting(try await snapshot().map(\.serviceName))
            case .events(let events): missing.subtract(events.compactMap(Self.registeredName))
            }
            if missing.isEmpty { break }
        }
        entries = try await snapshot()
        return entries
    }

    private func snapshot() async throws -> [RegistryEntry] {
        traffic.note("discovery snapshot")
        return try await discovery.snapshot().entries
    }

    private static func registeredName(_ event: Event) -> String? {
        guard event.type == "platform.service.registered" else { return nil }
        return event.data["entry"]?["serviceName"]?.stringValue
    }
}
