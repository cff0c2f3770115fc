/// The versions of documents that were removed last: some tens of thousands, so that memory has a bound.
///
/// Kept in two generations. When the young one is full it takes the place of the old one, which is forgotten.
struct RemovedVersions {
    private static let generationSize = 50_000

    private var young: [StateKey: Int] = [:]
    private var old: [StateKey: Int] = [:]

    /// The version of a removal; nil when there was none or it is forgotten.
    subscript(key: StateKey) -> Int? {
        get { young[key] ?? old[key] }
        set {
            young[key] = newValue
            old[key] = nil
            if young.count >= Self.generationSize { retire() }
        }
    }

    private mutating func retire() {
        old = young
        young = [:]
    }
}
