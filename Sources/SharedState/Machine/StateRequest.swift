/// A command with all that decides about it.
struct StateRequest: Sendable {
    let id: String
    let command: StateCommand
    var precondition = StatePrecondition()
    /// Who asks, as they named themselves.
    var author: String?
    /// Names the change, so that it is made once when it is asked for again.
    var key: String?
}
