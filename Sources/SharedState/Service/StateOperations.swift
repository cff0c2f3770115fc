import Bus
import JSON

/// Answers the operations of the state service: reads from the store, or lets the machine decide inside of it.
struct StateOperations: Sendable {
    let store: any StateStore
    let feed: StateFeed
    let machine: StateMachine
    let now: @Sendable () -> Timestamp
    private let turns = StateTurns()

    init(
        store: any StateStore,
        feed: StateFeed,
        machine: StateMachine = StateMachine(),
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.store = store
        self.feed = feed
        self.machine = machine
        self.now = now
    }

    /// The table of everything the service does.
    func table(version: String) -> OperationTable {
        var table = OperationTable(service: StateService.name, version: version, forms: StateForms.all)
        table.on("create", create)
        table.on("read", read)
        table.on("meta", meta)
        table.on("merge", merge)
        table.on("patch", patch)
        table.on("replace", replace)
        table.on("delete", delete)
        table.on("list", list)
        table.on("history", history)
        table.on("restore", restore)
        return table
    }
}

extension StateOperations {
    private func read(_ request: BusRequest) async throws -> BusReply {
        let document = try await document(request)
        let headers = StateAnswer.headers(document)
        if let known = StatePrecondition(request).ifNoneMatch, known.containWeakly(document.version) {
            return .empty(.notModified, annotations: headers)
        }
        guard let path = request.annotations["path"] else {
            return BusReply(annotations: headers, body: document.content)
        }
        return .json(try Self.value(at: path, in: document), annotations: headers)
    }

    private func meta(_ request: BusRequest) async throws -> BusReply {
        let document = try await document(request)
        let meta: JSONValue = [
            "id": .string(document.id),
            "createdAt": .string(document.createdAt.description),
            "lastModified": .string(document.lastModified.description),
            "version": JSONValue(document.version),
            "bytes": JSONValue(document.content.count),
        ]
        return .json(meta, annotations: StateAnswer.headers(document))
    }

    private func list(_ request: BusRequest) async throws -> BusReply {
        let page = try StatePage(request)
        let summaries = try await store.summaries(after: page.cursor, limit: page.limit + 1)
        return page.reply(summaries, links: StateLinks(request))
    }

    private func document(_ request: BusRequest) async throws -> StateDocument {
        let id = try StateID.named(in: request)
        guard let document = try await store.document(id) else { throw Problem.stateNotFound(id) }
        return document
    }

    private static func value(at path: String, in document: StateDocument) throws -> JSONValue {
        do throws(JSONPointerError) {
            let pointer = try JSONPointer(path)
            if let value = try? JSONValue(parsing: document.content)[pointer] { return value }
        } catch {
            throw Problem(.badRequest, error.description)
        }
        throw Problem(.notFound, "There is no value at '\(path)' in the state document '\(document.id)'.")
    }
}

extension StateOperations {
    private func create(_ request: BusRequest) async throws -> BusReply {
        let creation = try StateCreation(StateBody(request.body))
        return try await change(creation.id, .create(creation.content), request) { $0.created($1) }
    }

    private func merge(_ request: BusRequest) async throws -> BusReply {
        let members = try StateBody(request.body).objectOrNothing()
        return try await change(try StateID.named(in: request), .merge(members), request) {
            $0.changed($1, as: "updated")
        }
    }

    private func patch(_ request: BusRequest) async throws -> BusReply {
        let contentType = request.annotations[Annotations.contentType]
        let command = try StateCommand.patch(StateBody(request.body), contentType: contentType)
        return try await change(try StateID.named(in: request), command, request) {
            $0.changed($1, as: command.isMerge ? "merged" : "patched")
        }
    }

    private func replace(_ request: BusRequest) async throws -> BusReply {
        let content = try StateBody(request.body).object()
        return try await change(try StateID.named(in: request), .replace(content), request) {
            $0.outcome.isNew ? $0.changed($1, as: "created", status: .created) : $0.changed($1, as: "replaced")
        }
    }

    private func delete(_ request: BusRequest) async throws -> BusReply {
        _ = try await outcome(try StateID.named(in: request), .delete, request)
        return .empty()
    }

    private func change(
        _ id: String,
        _ command: StateCommand,
        _ request: BusRequest,
        answer: (StateAnswer, StateDocument) -> BusReply
    ) async throws -> BusReply {
        let outcome = try await outcome(id, command, request)
        guard let document = outcome.document else { throw Problem.stateNotFound(id) }
        return answer(StateAnswer(outcome: outcome, links: StateLinks(request)), document)
    }

    /// What a change comes to, or came to when it was made before.
    func outcome(
        _ id: String,
        _ command: StateCommand,
        _ request: BusRequest
    ) async throws -> StateOutcome {
        let change = StateRequest(
            id: id,
            command: command,
            precondition: StatePrecondition(request),
            author: request.annotations[Annotations.client],
            key: try StateChangeKey.named(in: request)
        )
        let outcome = try await make(change)
        guard let slot = outcome.known, let applied = slot.applied else { return outcome }
        return try await past(applied, of: id, slot)
    }

    /// Makes the change durable, then tells the followers.
    private func make(_ change: StateRequest) async throws -> StateOutcome {
        let isTurn = turns.next()
        let number = feed.nextNumber()
        do {
            let outcome = try await store.update(change.id, key: change.key) { [machine, feed, now] slot in
                let update = try machine.decide(change, on: slot, at: now(), isTurn: isTurn)
                feed.enter(number, update)
                return update
            }
            feed.finish(number, id: change.id, event: outcome.event)
            return outcome
        } catch {
            feed.finish(number, id: change.id, event: nil)
            throw error
        }
    }
}
