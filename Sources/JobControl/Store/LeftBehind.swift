/// What an owner that is not heard of any more may have written and not told.
public struct LeftBehind: Sendable, Hashable {
    public var owner: String
    /// Of its jobs at rest.
    public var entries: [LastEntry]

    public init(owner: String, entries: [LastEntry]) {
        self.owner = owner
        self.entries = entries
    }
}
