import ArgumentParser
import Bus
import Discovery
import Foundation
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
    @Option(help: ArgumentHelp(OutputFormat.help(text: "name and address")))
    var output: OutputFormat = .text
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard within > 0, within <= 86_400 else { throw ValidationError("--within is in seconds, at most 86400.") }
    }

    func run() async throws {
        let settings = try await Settings.load(flags: connection.flags)
        let names = (waitFor ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let wanted = Set(names.filter { !$0.isEmpty })
        let limit = Duration.seconds(within)
        let entries = try await Session.open(settings) { session in
            guard let bus = session.link as? BusLink else {
                throw RunnerFailure.usage("services are listed over the bus only; GET /services has them over HTTP")
            }
            return try await ServiceWait(link: bus, traffic: session.traffic).services(including: wanted, within: limit)
        }
        switch output {
        case .text:
            for entry in entries { Console.output(Array("\(entry.serviceName)\t\(entry.serviceURL)".utf8)) }
        case .json:
            Console.output(rows: entries.map { ["name": .string($0.serviceName), "url": .string($0.serviceURL)] })
        }
    }
}

/// Waits for services by the registry's events.
private struct ServiceWait: Sendable {
    let link: BusLink
    let traffic: Traffic

    /// The registered services, once all of `wanted` are there.
    ///
    /// - Throws: ``RunnerFailure`` that names who is missing when `limit` has passed.
    func services(including wanted: Set<String>, within limit: Duration) async throws -> [RegistryEntry] {
        let entries = try await snapshot()
        guard !wanted.isSubset(of: entries.present) else { return entries }
        return try await withThrowingTaskGroup(of: [RegistryEntry].self) { group in
            group.addTask { try await waitForServices(wanted) }
            group.addTask {
                try await ContinuousClock().sleep(for: limit)
                let missing = wanted.subtracting(try await snapshot().present).sorted()
                throw RunnerFailure.unreachable("not there within \(limit): \(missing.joined(separator: ", "))")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    /// Subscribes first and looks afterwards, so that no change falls between the two.
    private func waitForServices(_ wanted: Set<String>) async throws -> [RegistryEntry] {
        traffic.note("subscription", "registry.")
        let changes = try await link.subscriber.subscribe(to: "registry.")
        var entries = try await snapshot()
        if wanted.isSubset(of: entries.present) { return entries }
        for try await _ in changes {
            entries = try await snapshot()
            if wanted.isSubset(of: entries.present) { break }
        }
        return entries
    }

    private func snapshot() async throws -> [RegistryEntry] {
        traffic.note("discovery snapshot")
        return try await link.discovery.snapshot().entries
    }
}

extension [RegistryEntry] {
    /// The names of those that can be called now. The registry also remembers services whose workers are gone for a
    /// moment, such as all of them after a restart.
    fileprivate var present: Set<String> {
        Set(filter { $0.instances > 0 && $0.health != .critical }.map(\.serviceName))
    }
}
