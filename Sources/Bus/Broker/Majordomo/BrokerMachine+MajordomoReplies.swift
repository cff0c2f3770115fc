/// What the broker has to say to a Majordomo peer, in the peer's own words.
extension BrokerMachine {
    /// After so many parts a Majordomo client grants as many again: it has no word for credits, and takes what comes.
    private static let grant = 32_768

    /// The frames that say `envelope`; nil for what the protocol has no word for.
    mutating func majordomoFrames(for envelope: Envelope, to peer: Int) -> [[UInt8]]? {
        switch envelope.kind {
        case .request: return majordomoRequest(envelope, peer)
        case .reply, .partial: return majordomoAnswer(envelope, peer)
        case .heartbeat: return peers[peer].worker == PeerRow.nobody ? nil : majordomo[peer].worker?.command(.heartbeat)
        case .goodbye: return majordomoGoodbye(envelope, peer)
        case .credit: grant(Int(envelope.credits), correlation: envelope.correlation, to: peer)
        // Whatever still comes is for nobody, and must not wait for credits that nobody gives.
        case .cancel: grant(.max / 2, correlation: envelope.correlation, to: peer)
        case .ready: break
        }
        return nil
    }

    /// A worker of this protocol does one thing: it must not do that for a `revert` or a `ping`.
    private mutating func majordomoRequest(_ request: Envelope, _ peer: Int) -> [[UInt8]]? {
        guard request.operation == "execute" else {
            let problem = Problem(.notImplemented, "A Majordomo worker has no operation but 'execute'.")
            var reply = Envelope(.reply, status: problem.status, correlation: request.correlation, body: problem.bytes)
            reply.annotations[Annotations.contentType] = "application/problem+json"
            actions.append(.hear(peer: peer, reply))
            return nil
        }
        majordomo[peer].window = MajordomoPeer.PartWindow(
            correlation: request.correlation,
            takesParts: request.credits > 0,
            credits: Int(request.credits)
        )
        return majordomo[peer].worker?.request(request.correlation, body: MajordomoBody.frames(of: request))
    }

    /// An answer of the broker's own means that there is none: the protocol has no errors, and its clients stop waiting.
    private mutating func majordomoAnswer(_ answer: Envelope, _ peer: Int) -> [[UInt8]]? {
        let isFinal = answer.kind == .reply
        guard var question = majordomo[peer].questions[answer.correlation] else { return nil }
        question.parts += isFinal ? 0 : 1
        majordomo[peer].questions[answer.correlation] = isFinal ? nil : question
        if !isFinal, question.parts % Self.grant == 0 {
            let more = Envelope(.credit, correlation: answer.correlation, credits: UInt16(Self.grant))
            actions.append(.hear(peer: peer, more))
        }
        if answer.flags.contains(.fromBroker) { return nil }
        let body = MajordomoBody.frames(of: answer)
        return majordomo[peer].client?.answer(of: question.service, body: body, isFinal: isFinal)
    }

    private mutating func grant(_ credits: Int, correlation: UInt64, to peer: Int) {
        guard majordomo[peer].window?.correlation == correlation else { return }
        majordomo[peer].window?.credits += credits
        releaseParts(to: peer)
    }

    /// A worker must not answer after DISCONNECT: one that works is not told that the broker shuts down.
    private mutating func majordomoGoodbye(_ goodbye: Envelope, _ peer: Int) -> [[UInt8]]? {
        guard goodbye.status != .none, let dialect = majordomo[peer].worker else { return nil }
        if goodbye.status == .serviceUnavailable, majordomo[peer].window != nil { return nil }
        return dialect.command(.disconnect)
    }
}
