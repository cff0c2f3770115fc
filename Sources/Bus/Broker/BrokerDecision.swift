/// What becomes of one received frame, which the machine has patched where it lies.
///
/// A small value without references: deciding about a message allocates nothing.
enum BrokerDecision: Sendable, Hashable {
    /// Send the frame to this worker; with `keep`, hold on to a second reference of it for `slot`.
    case forward(peer: Int, slot: Int, keep: Bool)
    /// Keep the frame for `slot` until its turn comes.
    case hold(slot: Int)
    /// Send the frame, a reply, to this client; what is held for `slot` is needed no more.
    case deliver(peer: Int, slot: Int)
    /// Send the frame, a part of a reply, to this client.
    case deliverPart(peer: Int, slot: Int)
    /// Send the frame, a grant of more parts, to the worker that has the request.
    case grant(peer: Int, slot: Int)
    /// The request is for the broker's own service.
    case answerYourself
    /// Nothing is done with the frame itself.
    case done
}

/// What else there is to do, in order. Not in the way of requests and replies.
enum BrokerAction: Sendable, Hashable {
    /// Send a message of the broker's own.
    case tell(peer: Int, Envelope)
    /// Send a Majordomo peer these frames.
    case say(peer: Int, frames: [[UInt8]])
    /// Send a Majordomo peer these frames and forget it.
    case dismiss(peer: Int, frames: [[UInt8]], reason: String)
    /// Take this as if the peer had sent it.
    case hear(peer: Int, Envelope)
    /// What is held for this slot is needed no more.
    case release(slot: Int)
    /// Tell subscribers.
    case publish(WorkerEvent)
    /// Tell the operator what the access rules did not allow to whom.
    case logRefusal(what: String, to: String)
}

/// A request that has waited, and whose turn has come.
struct BrokerDispatch: Sendable, Hashable {
    let slot: Int
    /// The worker's row as a peer.
    let peer: Int
    let correlation: UInt64
    let timeLeft: UInt32
    /// How many parts of a reply the client takes by now.
    let credits: UInt16
    /// Keep a second reference of the frame for the slot.
    let keep: Bool
    /// It was sent before, so its memory may still be read by somebody: patch a copy.
    let isRepeated: Bool

    /// Makes the held frame the one to send.
    func patch(_ frame: UnsafeMutableRawBufferPointer) {
        EnvelopePatch.setCorrelation(correlation, in: frame)
        EnvelopePatch.setTimeLeft(timeLeft, in: frame)
        EnvelopePatch.setCredits(credits, in: frame)
        if isRepeated { EnvelopePatch.insert(.repeated, in: frame) }
    }
}
