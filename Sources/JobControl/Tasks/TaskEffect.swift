/// What a task that failed has done, as far as is known: decides whether it is reverted.
public enum TaskEffect: String, Sendable, Hashable {
    /// It was refused or never sent. Undoing it could delete what somebody else made.
    case none
    /// It may have been carried out: the service failed, or its answer did not arrive.
    case unknown
    /// It was carried out, but its result could not be used.
    case done
}
