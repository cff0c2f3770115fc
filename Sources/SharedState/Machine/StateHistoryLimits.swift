import Bus

/// How much of the history is kept: by number, by age and by length.
struct StateHistoryLimits: Sendable {
    /// Changes of one document, the newest ones; a few more stay until they go together.
    var count = 10_000
    /// How long a change is kept.
    var age: Duration = .seconds(30 * 24 * 3_600)
    /// The longest patch that is kept, in bytes of its text.
    var patch = 262_144
    /// The longest content that is kept whole where the patch back would be too long, in bytes.
    var content = 1 << 20

    /// How many versions of a document lie between two looks for what goes by number.
    private static let step = 16

    /// What leaves the history with a change.
    ///
    /// - Parameter isTurn: whether it is this change's turn to look for what is too old.
    func forgetting(with version: Int, at now: Timestamp, isTurn: Bool) -> StateForgetting {
        let isDue = version.isMultiple(of: Self.step) && version > count
        return StateForgetting(upTo: isDue ? version - count : 0, before: isTurn ? now + (.zero - age) : nil)
    }
}
