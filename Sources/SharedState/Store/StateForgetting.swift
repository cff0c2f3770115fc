public import Bus

/// Which changes leave the history along with an update: few at a time, so that no update pays for many.
public struct StateForgetting: Sendable, Hashable {
    /// The most changes that go with one update: 512, half of them of each kind.
    public static let batch = 512

    /// Changes of the document up to this version, the oldest first; 0: none.
    public var version = 0
    /// Changes of any document that were made before, the oldest first; nil: none are looked for.
    public var time: Timestamp?

    /// - Parameters:
    ///   - version: changes of the document up to this version go.
    ///   - time: changes of any document that were made before go.
    public init(upTo version: Int = 0, before time: Timestamp? = nil) {
        self.version = version
        self.time = time
    }
}
