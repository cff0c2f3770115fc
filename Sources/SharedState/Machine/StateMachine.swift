import Bus
import JSON

/// Decides what a command makes of a document: versions, times, limits and refusals, without a store or a clock.
///
/// Every change takes the next version, also one that sets what was there: followers count versions.
struct StateMachine: Sendable {
    /// The longest content, in bytes of its text: what is sent round it must still pass the bus.
    var contentLimit = 8_000_000
    /// How deep content may be nested: answers and events put a few levels round it and are read again.
    var depthLimit = 120
    /// The longest patch that an event carries, in bytes of its text.
    var eventLimit = 262_144
    /// How much of the history is kept.
    var history = StateHistoryLimits()

    /// - Parameter isTurn: whether this change looks for changes of any document that are too old to be kept.
    /// - Throws: the ``Problem`` that answers the request; nothing is changed then.
    func decide(
        _ request: StateRequest,
        on slot: StateSlot,
        at now: Timestamp,
        isTurn: Bool = false
    ) throws(Problem) -> StateUpdate<StateOutcome> {
        // Before the precondition: the change itself has made another version.
        if slot.applied != nil { return StateUpdate(.keep, outcome: .known(slot)) }
        try request.precondition.check(slot.document, id: request.id)
        let forgetting = history.forgetting(with: slot.version + 1, at: now, isTurn: isTurn)
        if case .delete = request.command { return deletion(request, slot, now, forgetting) }
        let old = try slot.document.map(Self.content)
        let new = try content(after: request.command, of: old, id: request.id)
        let text = try text(of: new)
        if request.command.isRestoration, let document = slot.document, document.content == text {
            return StateUpdate(.keep, outcome: .unchanged(document, new))
        }
        let document = document(request, slot, text, at: now)
        let event = event(request, slot, from: old, to: new, making: document)
        let change = change(request, slot, from: old, to: new, making: document, event.patch)
        let outcome = StateOutcome(
            document: document,
            content: new,
            isNew: old == nil,
            version: document.version,
            event: event
        )
        return StateUpdate(.save(document, change), outcome: outcome, forgetting: forgetting)
    }

    private func document(
        _ request: StateRequest,
        _ slot: StateSlot,
        _ content: [UInt8],
        at now: Timestamp
    ) -> StateDocument {
        let time = Self.moment(now, after: slot.document)
        return StateDocument(
            id: request.id,
            version: slot.version + 1,
            createdAt: slot.document?.createdAt ?? request.command.formerCreation ?? time,
            lastModified: time,
            content: content
        )
    }

    private func event(
        _ request: StateRequest,
        _ slot: StateSlot,
        from old: JSONObject?,
        to new: JSONObject,
        making document: StateDocument
    ) -> StateEvent {
        StateEvent(
            kind: old == nil ? .created : .changed,
            id: request.id,
            version: document.version,
            patch: patch(from: old, to: new, size: size(slot, document)),
            author: request.author,
            time: document.lastModified
        )
    }

    private func deletion(
        _ request: StateRequest,
        _ slot: StateSlot,
        _ now: Timestamp,
        _ forgetting: StateForgetting
    ) -> StateUpdate<StateOutcome> {
        guard let old = slot.document else { return StateUpdate(.keep, outcome: .nothing(slot.version)) }
        let change = removal(request, of: old, at: Self.moment(now, after: old))
        let event = StateEvent(
            kind: .deleted,
            id: request.id,
            version: change.version,
            patch: nil,
            author: request.author,
            time: change.time
        )
        let outcome = StateOutcome(document: nil, content: [:], isNew: false, version: change.version, event: event)
        return StateUpdate(.remove(change), outcome: outcome, forgetting: forgetting)
    }

    /// Times of one document only go forward, also when the clock goes back or two changes share a millisecond.
    private static func moment(_ now: Timestamp, after document: StateDocument?) -> Timestamp {
        document.map { max(now, $0.lastModified + .milliseconds(1)) } ?? now
    }
}

extension StateMachine {
    private func content(
        after command: StateCommand,
        of old: JSONObject?,
        id: String
    ) throws(Problem) -> JSONObject {
        switch command {
        case .create(let content):
            guard old == nil else { throw .stateExists(id) }
            return content
        case .merge(let members): return (old ?? [:]).merging(members)
        case .add(let value, let path): return try addition(of: value, at: path, to: existing(old, id))
        case .patch(let patch): return try Self.apply(patch, to: existing(old, id))
        case .mergePatch(let patch): return MergePatch.apply(.object(patch), to: .object(old ?? [:])).objectValue ?? [:]
        case .replace(let content): return content
        case .restore(let content, _): return content
        case .delete: return [:]
        }
    }

    private func existing(_ old: JSONObject?, _ id: String) throws(Problem) -> JSONObject {
        guard let old else { throw .stateNotFound(id) }
        return old
    }

    private func addition(
        of value: JSONValue,
        at path: JSONPointer,
        to old: JSONObject
    ) throws(Problem) -> JSONObject {
        // Before it is walked: a path of a million tokens would exhaust the stack.
        guard path.tokens.count <= depthLimit else { throw tooDeep }
        return try LenientAddition(value: value, path: path).applied(to: old)
    }

    private static func apply(_ patch: JSONPatch, to old: JSONObject) throws(Problem) -> JSONObject {
        let result: JSONValue
        do throws(JSONPatchError) {
            result = try patch.applied(to: .object(old))
        } catch {
            throw Problem(
                error.reason == .tooLarge ? .badRequest : .conflict,
                error.description,
                members: error.members
            )
        }
        guard let content = result.objectValue else {
            throw Problem(.badRequest, "The patch would leave no object, but a document's content is one.")
        }
        return content
    }

    static func content(_ document: StateDocument) throws(Problem) -> JSONObject {
        guard let content = try? JSONValue(parsing: document.content).objectValue else {
            throw Problem(
                .internalServerError,
                "The store's content of the state document '\(document.id)' is no object."
            )
        }
        return content
    }

    private func text(of content: JSONObject) throws(Problem) -> [UInt8] {
        let value = JSONValue.object(content)
        guard value.depth <= depthLimit else { throw tooDeep }
        let text = value.serialized()
        guard text.count <= contentLimit else {
            throw Problem(.contentTooLarge, "The document would be longer than \(contentLimit) bytes.")
        }
        return text
    }

    private var tooDeep: Problem {
        Problem(.badRequest, "The document would be nested deeper than \(depthLimit) levels.")
    }

    /// - Parameter size: of both contents, which no patch exceeds by much: only long ones are measured.
    private func patch(from old: JSONObject?, to new: JSONObject, size: Int) -> JSONPatch? {
        let patch =
            old.map { JSONPatch.difference(from: .object($0), to: .object(new)) }
            ?? JSONPatch(operations: [.add([], .object(new))])
        return size <= eventLimit || patch.json.serialized().count <= eventLimit ? patch : nil
    }

    private func size(_ slot: StateSlot, _ document: StateDocument) -> Int {
        document.content.count + (slot.document?.content.count ?? 0)
    }
}
