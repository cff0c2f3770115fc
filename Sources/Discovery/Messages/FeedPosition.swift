/// How far a numbered feed of changes has been followed.
///
/// A feed is a snapshot and then changes, each numbered one higher than the one before, for as long as its source
/// lives. What does not follow means that something was missed, and only a new snapshot helps.
struct FeedPosition: Sendable, Hashable {
    enum Step: Sendable, Hashable {
        /// The change follows: apply it.
        case next
        /// The change is contained in what is there: pass over it.
        case known
        /// Changes between are missing, or the source is another one: take a snapshot.
        case hole
    }

    var source: String
    var sequence: UInt64

    /// What a change at `other` is to somebody who is here.
    func step(to other: FeedPosition) -> Step {
        guard other.source == source else { return .hole }
        if other.sequence <= sequence { return .known }
        return other.sequence == sequence + 1 ? .next : .hole
    }
}
