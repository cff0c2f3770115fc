import Logging
import ZeroMQ

/// Who has sent a message, as libzmq's authenticator knows it.
extension BrokerLoop {
    /// The row of the peer whose frame this is.
    ///
    /// Asked for every message: a routing id may have a new owner who is somebody else, and who then gets a row of
    /// their own.
    mutating func identify(
        _ peer: Int,
        by frame: borrowing Message,
        from address: borrowing Message
    ) throws(ZMQError) -> Int {
        let known = machine.peers[peer].identity
        if let number = machine.access?.number(of: frame, guess: known) {
            return try settle(peer, as: number, from: address)
        }
        // The rules that let it in may still be in the mailbox. They may also end peers, this one among them.
        try takeCommands()
        let number = machine.access?.number(of: frame, guess: AccessTable.own) ?? AccessTable.stranger
        return try settle(row(of: address), as: number, from: address)
    }

    @inline(__always)
    private mutating func settle(
        _ peer: Int,
        as identity: Int,
        from address: borrowing Message
    ) throws(ZMQError) -> Int {
        let known = machine.peers[peer].identity
        if identity == known { return peer }
        guard known != PeerRow.nobody else {
            machine.peers[peer].identity = identity
            return peer
        }
        machine.remove(peer: peer, because: "its routing id has another owner")
        try performActions()
        let other = row(of: address)
        machine.peers[other].identity = identity
        return other
    }

    private mutating func row(of address: borrowing Message) -> Int {
        address.withUnsafeBytes { machine.peer($0, heardAt: now) }
    }

    /// Writes into a request who asks; false when it is none that can be passed on, which its sender is told.
    mutating func stamp(_ frame: inout Message, from peer: Int) throws(ZMQError) -> Bool {
        guard let identity = machine.identity(ofPeer: peer), !identity.speaksForOthers else {
            return true
        }
        guard frame.withUnsafeBytes({ EnvelopeView.isRequest($0) }) else { return true }
        do throws(EnvelopeError) {
            try PeerStamp.stamp(&frame, with: identity.stamp)
            return true
        } catch {
            machine.malformed(
                error,
                correlation: frame.withUnsafeBytes { EnvelopeView.correlation(in: $0) },
                from: peer
            )
        }
        try performActions()
        return false
    }
}
