public import JSON

/// What happened outside of a ``JobMachine``, as it is told.
public enum JobInput: Sendable {
    /// The state document is there; `content` where it is known without reading it, `version` where a merge made one.
    case statePrepared(content: JSONValue?, version: Int? = nil)
    /// The state document cannot be had; nothing that was started has been sent.
    case statePreparationFailed(String)
    /// Services were looked for, and the state document was read if that was asked for.
    case begun([TaskBeginning], state: Result<JSONValue, TaskFailure>?)
    /// A task's call has ended, and its result is stored.
    case ended(TaskID, TaskEnd)
    /// A task's call was cut off, as the machine wanted.
    case interrupted(TaskID)
    /// A task's revert has ended: with a status, or with why it failed.
    case reverted(TaskID, Result<Int, TaskFailure>)
    /// The state document was put back, or could not be.
    case stateRestored(TaskFailure?)
    /// The time has come that ``JobMachine/wakeUpAt`` named.
    case woken

    /// Whether the machine may need a random number for it.
    var isFailure: Bool {
        if case .ended(_, .failed) = self { true } else { false }
    }
}
