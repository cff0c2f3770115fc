public import JSON

/// What happened outside of a ``JobMachine``, as it is told.
public enum JobInput: Sendable {
    /// The state document is there; `content` where it is known without reading it.
    case statePrepared(content: JSONValue?)
    /// The state document cannot be had; nothing that was started has been sent.
    case statePreparationFailed(String)
    /// Services were looked for, and the state document was read if that was asked for.
    case begun([TaskBeginning], state: Result<JSONValue, TaskFailure>?)
    /// A task's call has ended, and its result is stored.
    case ended(TaskID, TaskEnd)
    /// A task's revert has ended: with a status, or with why it failed.
    case reverted(TaskID, Result<Int, TaskFailure>)
}
