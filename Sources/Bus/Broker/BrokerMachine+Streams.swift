/// Replies in parts: parts go to the client, grants for more of them to the worker.
extension BrokerMachine {
    /// A part of a reply; the request stays where it is, and cannot be given to another worker any more.
    mutating func passPart(
        _ part: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from peer: Int
    ) -> BrokerDecision {
        guard let slot = slotInHand(of: part.correlation, from: peer) else {
            statistics.stale += 1
            return .done
        }
        heard(requests[slot].worker)
        guard requests[slot].client != RequestSlot.nobody else { return .done }
        requests[slot].isRepeatable = false
        count(0, heldFor: slot)
        statistics.parts += 1
        readdress(frame, to: requests[slot].clientCorrelation)
        return .deliverPart(peer: requests[slot].client, slot: slot)
    }

    /// With a correlation, a client takes more parts of a reply; without one, a worker changes how much it takes.
    mutating func credit(
        _ view: EnvelopeView,
        in frame: UnsafeMutableRawBufferPointer,
        from peer: Int
    ) -> BrokerDecision {
        guard view.correlation != 0 else {
            changeCredits(view, of: peer)
            return .done
        }
        // A grant may cross the end of what it is for.
        guard let slot = slot(of: view.correlation, from: peer) else { return .done }
        // Added up also while a worker has the request: should it go, the next one is told of all.
        let (sum, isTooMuch) = requests[slot].credits.addingReportingOverflow(view.credits)
        requests[slot].credits = isTooMuch ? .max : sum
        guard requests[slot].state == .inHand else { return .done }
        EnvelopePatch.setCorrelation(requests.correlation(of: slot), in: frame)
        return .grant(peer: workers[requests[slot].worker].peer, slot: slot)
    }

    /// A part did not reach its client, or a grant its worker: without it, what follows would be worth nothing.
    mutating func couldNotStream(_ slot: Int, _ bytes: Int) {
        noteUndeliverable(bytes)
        guard requests[slot].state == .inHand else { return }
        answer(.notTaken, correlation: requests[slot].clientCorrelation, to: requests[slot].client)
        abandon(slot)
    }
}
