/// What a person asks of a job that is there already.
public struct SteeringCommand: Sendable, Hashable {
    public enum Action: Sendable, Hashable {
        /// Stop the job, and undo what it has done unless told otherwise.
        case cancel(reverting: Bool)
        /// Start nothing new.
        case pause
        /// Go on after a pause.
        case resume
        /// Undo a job that has ended, from its end down to that step; nil for all of it. `spared` is left as it is.
        case undo(to: Int?, spared: [TaskID], isForced: Bool)
        /// Try again to undo what could not be undone.
        case retryRevert(Leftover.Subject)
        /// Say that nothing is to be done about what could not be undone.
        case dismiss(Leftover.Subject)
    }

    public var action: Action
    /// Why, in that person's words.
    public var reason: String?
    /// Who asks.
    public var by: String?

    public init(_ action: Action, reason: String? = nil, by: String? = nil) {
        self.action = action
        self.reason = reason
        self.by = by
    }
}
