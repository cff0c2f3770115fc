import Bus
import JSON

extension EngineMachine {
    /// Says what a revert would come to.
    ///
    /// - Parameter hasRevert: whether a developer-defined command has a revert; nil when it is not developer-defined.
    func inspect(
        _ request: EngineRequest,
        hasRevert: (String) -> Bool?,
        in store: any EngineReader
    ) throws -> EngineInspection {
        guard let requestID = request.requestID else {
            throw Refusal.malformed("/requestId", "must be a string that is not empty")
        }
        guard let receipt = try store.receipt(requestID) else {
            let reason = "Nothing is remembered of the request \(requestID)."
            return EngineInspection(requestID: requestID, grade: .unknown, reason: reason)
        }
        try authorize(request, for: receipt.command)
        switch receipt.state {
        case .reverted, .revertedBefore: return receipt.graded(.undone)
        case .refused: return receipt.graded(.undone, "It was refused and did nothing.")
        case .started, .executed: return try grade(receipt, hasRevert(receipt.command), in: store)
        }
    }

    private func grade(
        _ receipt: EngineReceipt,
        _ hasRevert: Bool?,
        in store: any EngineReader
    ) throws -> EngineInspection {
        let name = receipt.command
        guard let command = design.command(name) else {
            return receipt.graded(.irreversible, "The design has no command '\(name)' any more.")
        }
        if command.isSafe { return receipt.graded(.reversible, "The command '\(name)' changes nothing.") }
        guard command.isReversible else {
            return receipt.graded(.irreversible, "The design does not call the command '\(name)' reversible.")
        }
        if let hasRevert { return receipt.gradedAsCustom(hasRevert) }
        guard let id = receipt.resource ?? receipt.undo?.resourceID else {
            return receipt.graded(.reversible, "It changed nothing.")
        }
        guard let mark = try store.mark(of: id), mark.requestID != receipt.requestID else {
            return receipt.graded(.reversible)
        }
        return receipt.changed(id, by: mark)
    }
}

extension EngineReceipt {
    fileprivate func graded(_ grade: EngineInspection.Grade, _ reason: String? = nil) -> EngineInspection {
        let command = command.isEmpty ? nil : command
        return EngineInspection(requestID: requestID, command: command, grade: grade, reason: reason)
    }

    fileprivate func gradedAsCustom(_ hasRevert: Bool) -> EngineInspection {
        guard hasRevert, call != nil else {
            return graded(.irreversible, "No revert is defined for the command '\(command)'.")
        }
        return graded(.reversible, state == .started ? "It has not ended, or how it ended is not known." : nil)
    }

    fileprivate func changed(_ id: String, by mark: EngineMark) -> EngineInspection {
        let writer = mark.requestID.map { "the request \($0)" } ?? "a request without an id"
        let client = mark.client.map { " of \($0)" } ?? ""
        var inspection = graded(.changed, "The resource '\(id)' was changed later by \(writer)\(client).")
        inspection.changedBy = mark
        return inspection
    }
}
