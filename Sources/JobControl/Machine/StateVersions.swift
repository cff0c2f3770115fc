/// Which versions of its state document a job has made: says where an undo puts it back to.
///
/// Nothing is asked for that: every write answers the version that it made, and the one before is what was there.
struct StateVersions: Sendable {
    /// Whether the job made the document itself.
    let isFresh: Bool
    /// The version that merging the job's values into the document made, where that is known.
    private var prepared: Int?
    /// The first version that each step made.
    private var first: [Int: Int] = [:]

    init(isFresh: Bool) {
        self.isFresh = isFresh
    }

    mutating func prepare(_ version: Int?) {
        if prepared == nil { prepared = version }
    }

    mutating func note(_ version: Int?, of step: Int) {
        guard let version else { return }
        first[step] = min(first[step] ?? version, version)
    }

    /// The version before the job, or before that step; nil when nothing has been changed since.
    func before(_ step: Int?) -> Int? {
        guard let step else {
            if isFresh { return 0 }
            return (prepared ?? first.values.min()).map { $0 - 1 }
        }
        return first.filter { $0.key >= step }.values.min().map { $0 - 1 }
    }
}
