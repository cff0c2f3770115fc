/// Where a process ends itself as a power cut would, for tests of what a crash leaves: `journal:before:7`.
public struct CrashPoint: Sendable, Hashable, CustomStringConvertible {
    /// Which store's writes are counted.
    public enum Store: String, Sendable, CaseIterable {
        /// job-control's: a new job, or entries of one.
        case journal
        /// An engine's: what a command does, with its receipt.
        case effect
    }

    public enum Moment: String, Sendable, CaseIterable {
        /// Nothing of the write is there.
        case before
        /// The write is durable, and nobody has been told.
        case after
    }

    public var store: Store
    public var moment: Moment
    /// Which write of the process, from 1.
    public var write: Int

    public init(_ store: Store, _ moment: Moment, _ write: Int) {
        self.store = store
        self.moment = moment
        self.write = write
    }

    /// Reads `journal|effect:before|after:N`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let store = Store(rawValue: parts[0]), let moment = Moment(rawValue: parts[1]),
            let write = Int(parts[2]), write > 0
        else { return nil }
        self.init(store, moment, write)
    }

    public var description: String { "\(store.rawValue):\(moment.rawValue):\(write)" }
}
