import Bus
import JSON
import SharedState

/// A job's state document as it is kept by shared-state.
///
/// Every change has a key, so that shared-state makes it once, also when a restart asks for it again.
struct StatePartner: Sendable {
    private static let idempotencyKey = "idempotency-key"

    let bus: BusClient
    let timeout: Duration

    func prepare(_ preparation: StatePreparation, for job: String) async throws -> Int? {
        try await answer("prepared") {
            switch preparation {
            case .create(let id, let content):
                try await create(id, content, for: job)
                return nil
            case .merge(let id, let content):
                return try await change("merge", id, .object(content), job, key: "\(job)/start")
            }
        }
    }

    func read(_ id: String) async throws -> JSONValue {
        try await answer("read") {
            do {
                return try await StateClient(bus, within: timeout).read(id).content
            } catch let problem as Problem where problem.status == .notFound {
                return .object([:])
            }
        }
    }

    func write(_ change: StateChange, to id: String, for job: String, key: String) async throws -> Int? {
        let body: JSONValue = ["op": "add", "path": .string(change.path.description), "value": change.value]
        return try await answer("written") {
            do {
                return try await self.change("patch", id, body, job, key: key)
            } catch let problem as Problem where problem.status == .notFound {
                // Merging makes a document that is missing, as it does for every other client.
                _ = try await self.change("merge", id, [:], job, key: key + "/document")
                return try await self.change("patch", id, body, job, key: key)
            }
        }
    }

    func restore(_ id: String, to version: Int, for job: String) async throws {
        try await answer("put back") {
            do {
                _ = try await change("restore", id, ["version": JSONValue(version)], job, key: nil)
            } catch let problem as Problem where problem.status == .notFound && version == 0 {
                // It is gone already.
            }
        }
    }

    private func create(_ id: String, _ content: JSONObject, for job: String) async throws {
        // A member `id` of the content would be taken for the document's id.
        let isAmbiguous = content["id"] != nil
        do {
            let state = StateClient(bus, author: "job/" + job, within: timeout)
            _ = try await state.create(id: id, content: .object(isAmbiguous ? [:] : content))
        } catch let problem as Problem where problem.status == .conflict {
            // Made before a restart.
        }
        if isAmbiguous { _ = try await change("merge", id, .object(content), job, key: "\(job)/start") }
    }

    private func change(
        _ operation: String,
        _ id: String,
        _ body: JSONValue,
        _ job: String,
        key: String?
    ) async throws -> Int? {
        var annotations: Annotations = [
            Annotations.id: id, Annotations.client: "job/" + job, Annotations.contentType: "application/json",
        ]
        annotations[Self.idempotencyKey] = key
        let reply = try await bus.request(
            StateService.name,
            operation,
            body: body.serialized(),
            annotations: annotations,
            within: timeout,
            repeatable: true
        )
        guard reply.status.isSuccess else {
            throw Problem(parsing: reply.body, status: reply.status)
                ?? Problem(reply.status, "shared-state answered '\(operation)' with the status \(reply.status)")
        }
        return reply.annotations[Annotations.etag].flatMap { Int($0.filter { $0 != "\"" }) }
    }

    private func answer<R>(_ verb: String, _ body: () async throws -> R) async throws -> R {
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
