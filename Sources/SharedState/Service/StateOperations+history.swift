import Bus
import JSON

/// What was, and going back to it.
extension StateOperations {
    func history(_ request: BusRequest) async throws -> BusReply {
        let id = try StateID.named(in: request)
        var page = try StateHistoryPage(request)
        var changes: [StateChange]
        repeat {
            changes = try await store.changes(of: id, after: page.last, limit: Self.batch)
            for change in changes {
                if page.isFull { return page.reply(id, hasMore: true, links: StateLinks(request)) }
                page.append(change)
            }
        } while changes.count == Self.batch
        if page.items.isEmpty, try await !isKnown(id) { throw Problem.stateNotFound(id) }
        return page.reply(id, hasMore: false, links: StateLinks(request))
    }

    /// How many changes are read at once: each may carry a content of a megabyte.
    private static let batch = 32

    private func isKnown(_ id: String) async throws -> Bool {
        if try await store.document(id) != nil { return true }
        return try await !store.changes(of: id, after: 0, limit: 1).isEmpty
    }

    func restore(_ request: BusRequest) async throws -> BusReply {
        let id = try StateID.named(in: request)
        let version = try StateRestoration(StateBody(request.body)).version
        let outcome = try await outcome(id, try await restoration(of: id, to: version, request), request)
        guard let document = outcome.document else { return StateAnswer.removed(outcome.version) }
        return StateAnswer(outcome: outcome, links: StateLinks(request)).changed(document, as: "restored")
    }

    /// The command that makes a document what it was.
    private func restoration(of id: String, to version: Int, _ request: BusRequest) async throws -> StateCommand {
        let key = try StateChangeKey.named(in: request)
        let slot = try await store.update(id, key: key) { slot in StateUpdate(.keep, outcome: slot) }
        // Nothing was there at version 0, however far the history reaches; what was done under the key stands.
        guard version > 0, slot.applied == nil else { return .delete }
        guard version <= slot.version else { throw Problem.noSuchVersion(version, of: id, newest: slot.version) }
        let past = try await rewind(slot, of: id, to: version)
        return past.content.map { .restore($0, createdAt: past.createdAt) } ?? .delete
    }

    /// Goes back to a version, which is not after the slot's.
    private func rewind(_ slot: StateSlot, of id: String, to version: Int) async throws -> StateRewind {
        var rewind = try StateRewind(slot, id: id)
        while rewind.version > version {
            let start = max(version, rewind.version - Self.batch)
            let changes = try await store.changes(of: id, after: start, limit: rewind.version - start)
            guard changes.count == rewind.version - start else {
                throw Problem.historyEnds(id, at: changes.first.map { $0.version - 1 } ?? rewind.version)
            }
            for change in changes.reversed() { try rewind.undo(change) }
        }
        return rewind
    }

    /// What a change answered that was made before: the version of then, with the content of then, or of now when that
    /// is not known any more.
    func past(_ change: StateChange, of id: String, _ slot: StateSlot) async throws -> StateOutcome {
        let rewind = try? await rewind(slot, of: id, to: change.version)
        let now = try slot.document.map(StateMachine.content)
        guard let content = rewind.map(\.content) ?? now else { return .past(change, nil, [:]) }
        let document = StateDocument(
            id: id,
            version: change.version,
            createdAt: change.createdAt,
            lastModified: change.time,
            content: JSONValue.object(content).serialized()
        )
        return .past(change, document, content)
    }
}
