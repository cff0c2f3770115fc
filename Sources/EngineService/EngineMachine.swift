import Bus
import JSON

/// What the engine decides: pure but for the transaction it is given, so that every rule can be tested without time,
/// sockets or a database.
///
/// The invariant: an effect and its receipt are written by the same transaction, and a request id has at most one
/// effect that stands.
struct EngineMachine: Sendable {
    let design: Design
    let intake: CommandIntake

    init(_ design: Design, makeID: @escaping @Sendable () -> String) {
        self.design = design
        self.intake = CommandIntake(design: design, makeID: makeID)
    }

    /// A command and how it is called.
    struct Plan: Sendable {
        let command: DesignCommand
        let call: CommandCall
    }

    func plan(_ request: EngineRequest) throws(Refusal) -> Plan {
        let message = try request.message.get()
        let command = try intake.command(of: message, roles: request.roles)
        return Plan(command: command, call: try intake.call(message, to: command))
    }

    /// What is answered without doing anything, as the request id is known; nil when there is something to do.
    func knownAnswer(
        to request: EngineRequest,
        _ mode: EngineRequest.Mode,
        in store: any EngineReader
    ) throws -> EngineAnswer? {
        guard let requestID = request.requestID, let receipt = try store.receipt(requestID) else { return nil }
        try authorize(request, for: receipt.command)
        switch receipt.state {
        case .executed: return receipt.answer
        case .refused: return mode == .repeating ? receipt.answer : nil
        case .started: return nil
        case .reverted, .revertedBefore: return .refused(.wasReverted(requestID))
        }
    }

    /// Carries out one of the commands that the engine brings along.
    ///
    /// - Throws: ``Refusal`` for a message that is not right, which is not recorded; errors of the store.
    func perform(
        _ request: EngineRequest,
        _ mode: EngineRequest.Mode,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws -> EngineAnswer {
        if let known = try knownAnswer(to: request, mode, in: store) { return known }
        let plan = try plan(request)
        guard let behaviour = DefaultCommand(rawValue: plan.command.name) else {
            throw Refusal.unknownCommand(plan.command.name)
        }
        do {
            let effect = try behaviour.perform(plan.call, repeating: mode == .repeating, in: store)
            let answer = plan.command.output.answer(effect.value, usual: behaviour.usualStatus)
            let previous = try mark(effect, by: request, in: store, at: now)
            try record(plan, .executed, answer, undo: effect.undo, previous: previous, in: store, at: now)
            return answer
        } catch let refusal as Refusal {
            try record(plan, .refused, .refused(refusal), in: store, at: now)
            return .refused(refusal)
        }
    }

    /// Marks the resource that a command wrote as written by its request; returns who had written it before.
    private func mark(
        _ effect: CommandEffect,
        by request: EngineRequest,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws -> EngineMark? {
        guard let id = effect.undo?.resourceID else { return nil }
        let previous = try store.mark(of: id)
        try store.put(EngineMark(requestID: request.requestID, client: request.client, recordedAt: now), of: id)
        return previous
    }

    /// Answers a command that only looks at the store and leaves no receipt; nil when it is not such a command.
    func look(_ plan: Plan, in store: any EngineReader) throws -> EngineAnswer? {
        guard let behaviour = DefaultCommand(rawValue: plan.command.name) else { return nil }
        guard let effect = try behaviour.look(plan.call, in: store) else { return nil }
        return plan.command.output.answer(effect.value, usual: behaviour.usualStatus)
    }

    /// Writes the receipt of a call that has a request id.
    ///
    /// A command that is not reversible keeps nothing to undo it with: `revert` must not touch its effect.
    ///
    /// - Parameter previous: who had written the resource that the command wrote.
    func record(
        _ plan: Plan,
        _ state: EngineReceipt.State,
        _ answer: EngineAnswer?,
        undo: EngineUndo? = nil,
        previous: EngineMark? = nil,
        keepCall: Bool = false,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws {
        guard let requestID = plan.call.requestID else { return }
        try store.put(
            EngineReceipt(
                requestID: requestID,
                command: plan.command.name,
                state: state,
                answer: answer,
                undo: plan.command.isReversible ? undo : nil,
                call: keepCall ? plan.call : nil,
                resource: undo?.resourceID,
                previous: previous,
                recordedAt: now
            )
        )
    }

    /// Writes the receipt of a custom command, unless a revert came while it ran: the revert wins.
    ///
    /// - Returns: Whether the receipt was written.
    func recordCustom(
        _ plan: Plan,
        _ state: EngineReceipt.State,
        _ answer: EngineAnswer?,
        keepCall: Bool,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws -> Bool {
        switch try plan.call.requestID.flatMap({ try store.receipt($0) })?.state {
        case .reverted, .revertedBefore: return false
        case .started, .executed, .refused, nil: break
        }
        try record(plan, state, answer, keepCall: keepCall, in: store, at: now)
        return true
    }

    func authorize(_ request: EngineRequest, for command: String) throws(Refusal) {
        let needed = design.command(command)?.roles ?? design.roles
        try intake.authorize(command, needing: needed, roles: request.roles)
    }
}
