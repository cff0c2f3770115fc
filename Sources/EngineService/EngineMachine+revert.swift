import Bus
import JSON

extension EngineMachine {
    /// What a revert comes to.
    enum Revert: Sendable, Equatable {
        case answered(EngineAnswer)
        /// The command was defined by the developer, who must undo it; nothing was changed yet.
        case custom(EngineReceipt)
    }

    static let reverted = EngineAnswer.done(.ok, ["status": "reverted"])
    static let noop = EngineAnswer.done(.ok, ["status": "noop"])

    /// Undoes what a request has done, once. Where a request id is given only that counts.
    func revert(_ request: EngineRequest, in store: any EngineTransaction, at now: Timestamp) throws -> Revert {
        guard let requestID = request.requestID else {
            return .answered(try revertCreation(request, in: store, at: now))
        }
        guard let receipt = try store.receipt(requestID) else {
            try close(requestID, request, in: store, at: now)
            return .answered(Self.noop)
        }
        try authorize(request, for: receipt.command)
        switch receipt.state {
        case .reverted, .revertedBefore:
            return .answered(Self.noop)
        case .refused:
            try close(requestID, request, in: store, at: now)
            return .answered(Self.noop)
        case .started, .executed:
            return try undo(receipt, in: store, at: now)
        }
    }

    /// The request did nothing so far; from now on it must not do anything any more.
    private func close(
        _ requestID: String,
        _ request: EngineRequest,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws {
        let command = (try? request.message.get().command) ?? ""
        try authorize(request, for: command)
        try store.put(
            EngineReceipt(requestID: requestID, command: command, state: .revertedBefore, recordedAt: now)
        )
    }

    private func undo(_ receipt: EngineReceipt, in store: any EngineTransaction, at now: Timestamp) throws -> Revert {
        guard design.command(receipt.command)?.isReversible == true else { return .answered(Self.noop) }
        if receipt.call != nil { return .custom(receipt) }
        guard let undo = receipt.undo else { return .answered(Self.noop) }
        do {
            try undo.apply(in: store)
        } catch let refusal as Refusal {
            return .answered(.refused(refusal))
        }
        try markReverted(receipt, in: store, at: now)
        return .answered(Self.reverted)
    }

    /// Marks a custom command's receipt when its revert has ended.
    ///
    /// - Returns: The receipt of now when the command ended while the revert ran: what it did must be undone as well.
    func endRevert(
        of receipt: EngineReceipt,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws -> EngineReceipt? {
        if receipt.state == .started, let ended = try store.receipt(receipt.requestID), ended.state == .executed {
            return ended
        }
        try markReverted(receipt, in: store, at: now)
        return nil
    }

    func markReverted(_ receipt: EngineReceipt, in store: any EngineTransaction, at now: Timestamp) throws {
        try unmark(receipt, in: store)
        var reverted = receipt
        (reverted.state, reverted.answer, reverted.undo, reverted.call) = (.reverted, nil, nil, nil)
        reverted.recordedAt = now
        try store.put(reverted)
    }

    /// Gives the mark of the resource back to who wrote it before, of those that were not reverted.
    private func unmark(_ receipt: EngineReceipt, in store: any EngineTransaction) throws {
        guard let id = receipt.resource, try store.mark(of: id)?.requestID == receipt.requestID else { return }
        var mark = receipt.previous
        while let requestID = mark?.requestID, let writer = try store.receipt(requestID), writer.state == .reverted {
            mark = writer.previous
        }
        try store.put(mark, of: id)
    }

    /// Without a request id only a creation can be undone: by the id of the resource.
    private func revertCreation(
        _ request: EngineRequest,
        in store: any EngineTransaction,
        at now: Timestamp
    ) throws -> EngineAnswer {
        let message = try request.message.get()
        let command = try intake.command(of: message, roles: request.roles)
        guard command.name == DefaultCommand.create.rawValue, command.isReversible, let id = message.id,
            try store.resource(id) != nil
        else { return Self.noop }
        try store.removeResource(id)
        try store.put(EngineMark(requestID: nil, client: request.client, recordedAt: now), of: id)
        return Self.reverted
    }
}
