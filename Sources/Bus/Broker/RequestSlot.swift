/// One request on its way through the broker.
struct RequestSlot: Sendable {
    enum State: UInt8, Sendable {
        case free
        /// Waits for a credit, in its service's queue.
        case queued
        /// A worker has it, and a client waits for the answer.
        case inHand
        /// A worker has it, and nobody waits any more. It still takes a credit until the worker answers.
        case abandoned
    }

    static let nobody = -1

    /// Part of the correlation, so that a reply to an earlier request of this slot finds nothing.
    var generation: UInt32 = 1
    var state = State.free
    var priority: UInt8 = 0
    var isRepeatable = false
    /// How often it was given to a worker.
    var attempts: UInt8 = 0
    /// How many parts of a reply the client has said it takes, in the request and since.
    var credits: UInt16 = 0
    /// The row of the peer that asked, or ``nobody``.
    var client = RequestSlot.nobody
    var clientCorrelation: UInt64 = 0
    var service = 0
    /// The row of the worker that has it, or ``nobody``.
    var worker = RequestSlot.nobody
    var deadline = Moment.never
    var arrival = Moment.start
    /// While it waits, its client's row in ``QueueShares``.
    var share = SlotList.none
    /// Bytes of its frame, as far as the broker keeps it; 0 when it does not.
    var heldBytes = 0
}
