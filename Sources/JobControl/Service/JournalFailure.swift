/// A job's journal could not be written or read, so what it says is not known for now.
///
/// A write that failed may have been made all the same: only the journal itself can tell.
struct JournalFailure: Error, CustomStringConvertible {
    /// What the store threw.
    let cause: any Error
    /// The last entry that was published; nil when none was to be.
    var lastPublished: UInt64?

    /// Whether the store said that it has written nothing and may be asked again.
    var isRefusal: Bool {
        if case .busy? = cause as? JobStoreError { true } else { false }
    }

    var description: String { "\(cause)" }
}
