import Bus
import Synchronization

/// Says when old receipts are removed: with every so many'th write, so that the store stays bounded and no write
/// pays for many.
final class ReceiptRetirement: Sendable {
    /// Writes from one removal to the next.
    static let interval = 256

    /// The most receipts that one write removes; more than ``interval``, so that the removals keep up.
    static let batch = 512

    private let writes = Atomic(0)

    /// The time before which receipts are to be removed now; nil when it is not the turn of this write.
    func expiry(at now: Timestamp, keeping retention: Duration) -> Timestamp? {
        let count = writes.wrappingAdd(1, ordering: .relaxed).newValue
        guard count.isMultiple(of: Self.interval) else { return nil }
        return now + (.zero - retention)
    }
}
