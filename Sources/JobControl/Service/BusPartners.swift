import Bus
import Discovery
import JSON
import SharedState
import Synchronization

/// A job's partners as they are met on the bus: services by their names, HTTP services through the gateway,
/// shared-state by its client.
final class BusPartners: JobPartners {
    private let bus: BusClient
    private let directory: Directory
    private let configuration: JobController.Configuration
    /// Counts calls of HTTP services that share a name, so that they share the load.
    private let turns = Atomic<Int>(0)

    init(bus: BusClient, directory: Directory, configuration: JobController.Configuration) {
        self.bus = bus
        self.directory = directory
        self.configuration = configuration
    }

    func find(_ task: JobTask) async throws -> ServiceTarget {
        guard let entry = choose(among: await matches(of: task), named: task.serviceName) else {
            throw TaskFailure(Self.notFound(task), effect: .none)
        }
        return ServiceTarget(
            name: entry.serviceName,
            registryID: entry.transport == .http ? entry.registryID : nil
        )
    }

    func call(_ call: TaskCall) async throws -> TaskResult {
        var annotations: Annotations = [Annotations.contentType: "application/json"]
        annotations[Annotations.id] = call.target.registryID
        let reply: Reply
        do {
            reply = try await bus.request(
                call.target.registryID == nil ? call.target.name : Self.egress,
                call.operation.rawValue,
                body: call.body,
                annotations: annotations,
                within: configuration.taskTimeout,
                repeatable: call.operation.isIdempotent
            )
        } catch {
            throw try Self.failure(of: call.target.name, error)
        }
        guard reply.status.isSuccess else { throw Self.failure(of: call.target, reply) }
        return TaskResult(
            status: Int(reply.status.rawValue),
            body: reply.body,
            contentType: reply.annotations[Annotations.contentType]
        )
    }

    func prepare(_ preparation: StatePreparation, for job: String) async throws {
        let state = client(of: job)
        try await Self.stateAnswer("prepared") {
            switch preparation {
            case .create(let id, let content): try await Self.create(id, content, by: state)
            case .merge(let id, let content): _ = try await state.merge(content, into: id)
            }
        }
    }

    func readState(_ id: String) async throws -> JSONValue {
        try await Self.stateAnswer("read") {
            do {
                return try await StateClient(bus, within: configuration.stateTimeout).read(id).content
            } catch let problem as Problem where problem.status == .notFound {
                return .object([:])
            }
        }
    }

    func write(_ changes: [StateChange], to id: String, for job: String) async throws {
        let state = client(of: job)
        try await Self.stateAnswer("written") {
            for change in changes { try await Self.add(change, to: id, by: state) }
        }
    }
}

// MARK: Services

extension BusPartners {
    /// The worker that speaks HTTP for the bus.
    private static let egress = "http-egress"

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

    private static func failure(of service: ServiceTarget, _ reply: Reply) -> TaskFailure {
        let problem = Problem(parsing: reply.body)
        let status = Int(reply.status.rawValue)
        let wasNotSent = service.registryID != nil && problem?.wasNotSent == true
        return TaskFailure(
            "\(service.name) answered \(status): \(problem?.sentence ?? reply.status.reasonPhrase)",
            status: status,
            effect: wasNotSent || Status.isRefusal(status) ? .none : .unknown
        )
    }

    /// - Throws: `CancellationError` when the error only says that this process ends.
    private static func failure(of service: String, _ error: BusError) throws -> TaskFailure {
        if error.code == .cancelled || error.code == .closed { throw CancellationError() }
        return TaskFailure(
            "\(service) did not answer: \(error.message)",
            status: Int(error.status.rawValue),
            effect: error.code.mayHaveRun ? .unknown : .none
        )
    }
}

// MARK: State

extension BusPartners {
    private func client(of job: String) -> StateClient {
        StateClient(bus, author: "job/" + job, within: configuration.stateTimeout)
    }

    private static func create(_ id: String, _ content: JSONObject, by state: StateClient) async throws {
        // A member `id` of the content would be taken for the document's id.
        let isAmbiguous = content["id"] != nil
        do {
            _ = try await state.create(id: id, content: .object(isAmbiguous ? [:] : content))
        } catch let problem as Problem where problem.status == .conflict {
            // Made before a restart.
        }
        if isAmbiguous { _ = try await state.merge(content, into: id) }
    }

    private static func add(_ change: StateChange, to id: String, by state: StateClient) async throws {
        do {
            _ = try await state.add(change.value, at: change.path, of: id)
        } catch let problem as Problem where problem.status == .notFound {
            // Merging makes a document that is missing, as it does for every other client.
            _ = try await state.merge([:], into: id)
            _ = try await state.add(change.value, at: change.path, of: id)
        }
    }

    private static func stateAnswer<R>(_ verb: String, _ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let problem as Problem {
            let status = Int(problem.status.rawValue)
            throw TaskFailure(
                "The state document could not be \(verb): \(problem.sentence)",
                status: status,
                effect: Status.isRefusal(status) ? .none : .unknown
            )
        } catch let error as BusError {
            if error.code == .cancelled || error.code == .closed { throw CancellationError() }
            throw TaskFailure(
                "The state document could not be \(verb): \(error.message)",
                status: Int(error.status.rawValue),
                effect: error.code.mayHaveRun ? .unknown : .none
            )
        }
    }
}

extension Status {
    /// Whether that answer says that nothing was done, now and if asked again.
    ///
    /// A worker that is ended cuts its handlers off with 499: that is no refusal, the work may be half done.
    static func isRefusal(_ status: Int) -> Bool {
        (400...499).contains(status) && status != clientClosedRequest.rawValue
    }
}
