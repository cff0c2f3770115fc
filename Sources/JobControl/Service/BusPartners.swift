import Bus
import Discovery
import JSON
import Synchronization

/// A job's partners as they are met on the bus: services by their names, HTTP services through the gateway,
/// shared-state by its operations.
final class BusPartners: JobPartners {
    private let bus: BusClient
    private let directory: Directory
    private let configuration: JobController.Configuration
    private let state: StatePartner
    private let forms: FormsCache
    /// Counts calls of HTTP services that share a name, so that they share the load.
    private let turns = Atomic<Int>(0)

    init(bus: BusClient, directory: Directory, configuration: JobController.Configuration) {
        self.bus = bus
        self.directory = directory
        self.configuration = configuration
        state = StatePartner(bus: bus, timeout: configuration.stateTimeout)
        forms = FormsCache(bus: bus)
    }

    func find(_ task: JobTask) async throws -> ServiceTarget {
        guard let entry = choose(among: await matches(of: task), named: task.serviceName) else {
            throw TaskFailure(Self.notFound(task), effect: .none)
        }
        var target = ServiceTarget(
            name: entry.serviceName,
            registryID: entry.transport == .http ? entry.registryID : nil
        )
        if let known = forms.known(entry) {
            target.forms = known
        } else {
            target.forms = try await forms.forms(of: entry)
        }
        return target
    }

    func call(_ call: TaskCall, for job: String) async throws -> TaskResult {
        let reply = try await ask(
            call.target,
            call.operation.rawValue,
            call.body,
            client: "job/" + job,
            within: call.timeout ?? configuration.taskTimeout,
            isRepeatable: call.operation.isIdempotent
        )
        guard reply.status.isSuccess else { throw TaskFailure(of: call.target, reply) }
        return TaskResult(
            status: Int(reply.status.rawValue),
            body: reply.body,
            contentType: reply.annotations[Annotations.contentType]
        )
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int? {
        try await state.prepare(preparation, for: job)
    }

    func readState(_ id: String) async throws -> JSONValue {
        try await state.read(id)
    }

    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int? {
        try await state.write(change, to: id, for: job, key: key)
    }

    func restoreState(_ id: String, to version: Int, for job: String) async throws {
        try await state.restore(id, to: version, for: job)
    }

    func inspect(_ requestID: String, at target: ServiceTarget) async throws -> RequestGrade {
        let body = JSONValue.object(["requestId": .string(requestID)]).serialized()
        let reply = try await ask(
            target,
            "inspect",
            body,
            client: JobService.name,
            within: configuration.stateTimeout,
            isRepeatable: true
        )
        guard reply.status.isSuccess else { throw TaskFailure(of: target, reply) }
        return RequestGrade((try? reply.json()) ?? .null)
    }
}

// MARK: Services

extension BusPartners {
    /// The worker that speaks HTTP for the bus.
    private static let egress = "http-egress"

    private func ask(
        _ target: ServiceTarget,
        _ operation: String,
        _ body: [UInt8],
        client: String,
        within timeout: Duration,
        isRepeatable: Bool
    ) async throws -> Reply {
        var annotations: Annotations = [
            Annotations.contentType: "application/json", Annotations.client: client,
        ]
        annotations[Annotations.id] = target.registryID
        do {
            return try await bus.request(
                target.registryID == nil ? target.name : Self.egress,
                operation,
                body: body,
                annotations: annotations,
                within: timeout,
                repeatable: isRepeatable
            )
        } catch {
            if error.code == .cancelled || error.code == .closed { throw CancellationError() }
            throw TaskFailure(of: target, error, timeout)
        }
    }

    private func matches(of task: JobTask) async -> [RegistryEntry] {
        guard let tag = task.tag else { return await entries(named: task.serviceName ?? "") }
        let matches = await directory.find(tag: tag)
        guard let name = task.serviceName, !matches.contains(where: { $0.serviceName == name }) else { return matches }
        // The directory asks discovery for a name it does not know: the service may have come a moment ago.
        return matches + (await entries(named: name)).filter { $0.tags.contains(tag) }
    }

    private func entries(named name: String) async -> [RegistryEntry] {
        let known = await directory.entries().filter { $0.serviceName == name }
        if !known.isEmpty { return known }
        return await directory.entry(name).map { [$0] } ?? []
    }

    /// The one with that name, or else the one that registered first; those of one name take turns.
    private func choose(among matches: [RegistryEntry], named name: String?) -> RegistryEntry? {
        let healthy = matches.filter { $0.health != .critical }
        let candidates = healthy.isEmpty ? matches : healthy
        guard let first = candidates.first(where: { $0.serviceName == name }) ?? candidates.first else { return nil }
        guard first.transport == .http else { return first }  // the broker shares a bus service's load
        let same = candidates.filter { $0.transport == .http && $0.serviceName == first.serviceName }
        guard same.count > 1 else { return first }
        let turn = turns.wrappingAdd(1, ordering: .relaxed).oldValue
        return same[Int(UInt(bitPattern: turn) % UInt(same.count))]
    }

    private static func notFound(_ task: JobTask) -> String {
        if let tag = task.tag { return "No service found for tag \(tag)" }
        return "No service found with the name \(task.serviceName ?? "")"
    }
}
