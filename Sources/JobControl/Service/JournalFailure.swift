/// A job's journal could not be written or read, so what it says is not known for now.
///
/// A write that failed may have been made all the same: only the journal itself can tell.
struct JournalFailure: Error, CustomStringConvertible {
    /// What the store threw.
    let cause: any Error
    /// The last entry that was published; nil when none was to be.
    var lastPublished: UInt64?

    /// Whether the job is another's now.
    var isLoss: Bool {
        if case .leaseLost? = cause as? JobStoreError { true } else { false }
    }

    /// Why a new job was certainly not kept; nil when it may have been.
    var refusal: JobRefusal? {
        switch cause as? JobStoreError {
        case .busy: .storeIsBusy("\(cause)")
        case .exists(let id), .keyInUse(_, by: let id): .alreadySubmitted(id)
        case .unknown, .outOfSequence, .leaseLost, nil: nil
        }
    }

    var description: String { "\(cause)" }
}
