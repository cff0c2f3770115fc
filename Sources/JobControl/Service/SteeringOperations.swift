import Bus
import JSON

/// The operations by which persons steer jobs: cancel, pause and resume, undo, the inbox, and why a job does not move.
struct SteeringOperations: Sendable {
    /// How many items of the inbox are answered at once, unless the request says otherwise; and at most.
    private static let inboxLimits = (usual: 100, most: 1_000)

    let controller: JobController
    /// Where what another job-control holds is asked for; nil where it must be held here.
    let holders: JobHolders?

    /// Adds all of them.
    func add(to table: inout OperationTable) {
        table.on("cancel") { request in
            let reverts = try flag("revert", of: request) ?? true
            return try await steer(request, .cancel(reverting: reverts))
        }
        table.on("pause") { request in try await steer(request, .pause) }
        table.on("resume") { request in try await steer(request, .resume) }
        table.on("undo-plan") { request in
            .json(try await controller.undoPlan(try id(of: request), to: Self.text("to", of: request)).json)
        }
        table.on("undo", undo)
        table.on("inbox", inbox)
        table.on("settle", settle)
        table.on("explain", explain)
    }

    private func explain(_ request: BusRequest) async throws -> BusReply {
        let explanation = try await controller.explain(try id(of: request))
        // Only the holder knows its line. One that is not there keeps nobody from an answer.
        if let holders, let elsewhere = explanation.elsewhere,
            let reply = try? await holders.answer(request, of: elsewhere), reply.status.isSuccess
        {
            return reply
        }
        return .json(explanation.json)
    }

    private func steer(_ request: BusRequest, _ action: SteeringCommand.Action) async throws -> BusReply {
        let id = try id(of: request)
        let reason = try text("reason", in: try members(of: request))
        let command = SteeringCommand(action, reason: reason, by: request.asker)
        return try await atHolder(request) { Self.accepted(id, try await controller.steer(id, command)) }
    }

    private func undo(_ request: BusRequest) async throws -> BusReply {
        let id = try id(of: request)
        let isForced = try flag("force", of: request) ?? false
        return try await atHolder(request) {
            let by = request.asker
            let step = Self.text("to", of: request)
            return Self.accepted(id, try await controller.undo(id, to: step, isForced: isForced, by: by))
        }
    }

    private func inbox(_ request: BusRequest) async throws -> BusReply {
        let limit = try limit(of: request)
        let page: (items: [InboxItem], next: String?)
        do {
            page = try await controller.inbox(after: Self.text("cursor", of: request), limit: limit)
        } catch JobStoreError.unknown(let id) {
            throw Problem(.badRequest, "The annotation cursor names no job: \(id)")
        }
        var annotations: Annotations = [:]
        if let next = page.next {
            let path = JobLinks(request).path("/inbox?limit=\(limit)&cursor=\(next)")
            annotations["link"] = "<\(path)>; rel=\"next\""
        }
        return .json(.array(page.items.map(\.json)), annotations: annotations)
    }

    private func settle(_ request: BusRequest) async throws -> BusReply {
        let item = try id(of: request)
        guard let (job, subject) = InboxItem.subject(item) else {
            throw Problem(.notFound, "There is no inbox item \(item)")
        }
        let body = try members(of: request)
        let name = try text("action", in: body)
        let action: SteeringCommand.Action
        switch name {
        case "retry": action = .retryRevert(subject)
        case "dismiss": action = .dismiss(subject)
        default: throw Problem(.badRequest, "action must be retry or dismiss", members: ["pointer": "/action"])
        }
        let command = SteeringCommand(action, reason: try text("note", in: body), by: request.asker)
        return try await atHolder(request) {
            let status = try await controller.steer(job, command)
            return .json([
                "id": .string(item), "action": JSONValue(name), "jobId": .string(job),
                "status": .string(status.rawValue),
            ])
        }
    }
}

// MARK: Requests and answers

extension SteeringOperations {
    private static func accepted(_ id: String, _ status: JobStatus) -> BusReply {
        .json(["jobId": .string(id), "status": .string(status.rawValue)], status: .accepted)
    }

    /// Answers by `body`, or by the job-control that holds the job.
    private func atHolder(_ request: BusRequest, _ body: () async throws -> BusReply) async throws -> BusReply {
        do {
            return try await body()
        } catch let elsewhere as JobElsewhere {
            guard let holders else { return JobHolders.changing(elsewhere, after: .seconds(1)) }
            return try await holders.answer(request, of: elsewhere)
        } catch let refusal as JobRefusal {
            return refusal.reply
        }
    }

    private static func text(_ name: String, of request: BusRequest) -> String? {
        request.annotations[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private func id(of request: BusRequest) throws(Problem) -> String {
        guard let id = Self.text(Annotations.id, of: request) else {
            throw Problem(.badRequest, "The annotation id is missing")
        }
        return id
    }

    private func flag(_ name: String, of request: BusRequest) throws(Problem) -> Bool? {
        guard let text = Self.text(name, of: request) else { return nil }
        guard let flag = Bool(text) else {
            throw Problem(.badRequest, "The annotation \(name) must be true or false, not '\(text)'")
        }
        return flag
    }

    private func limit(of request: BusRequest) throws(Problem) -> Int {
        guard let text = Self.text(Annotations.limit, of: request) else { return Self.inboxLimits.usual }
        guard let limit = Int(text), limit >= 1 else {
            throw Problem(.badRequest, "The annotation limit must be a number of 1 or more, not '\(text)'")
        }
        return min(limit, Self.inboxLimits.most)
    }

    private func members(of request: BusRequest) throws(Problem) -> JSONObject {
        if request.body.isEmpty { return [:] }
        guard let object = try? JSONValue(parsing: request.body).objectValue else {
            throw Problem(.badRequest, "The body must be a JSON object")
        }
        return object
    }

    private func text(_ member: String, in object: JSONObject) throws(Problem) -> String? {
        guard let value = object[member], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw Problem(.badRequest, "\(member) must be a string", members: ["pointer": .string("/" + member)])
        }
        return text
    }
}
