/// What the broker keeps of a Majordomo peer, beside its row: all that its protocol does not carry.
struct MajordomoPeer: Sendable {
    /// A request that waits for its answer.
    struct Question: Sendable {
        let service: [UInt8]
        /// How many parts of the answer have come.
        var parts = 0
    }

    /// What a worker may send of the answer it works on.
    struct PartWindow: Sendable {
        let correlation: UInt64
        /// False when the client takes nothing but the whole.
        let takesParts: Bool
        var credits: Int
        /// What came without a credit, in order; the final answer is the last.
        private(set) var held: [Envelope] = []
        private(set) var heldBytes = 0

        init(correlation: UInt64, takesParts: Bool, credits: Int) {
            self.correlation = correlation
            self.takesParts = takesParts
            self.credits = credits
        }

        mutating func hold(_ answer: Envelope) {
            held.append(answer)
            heldBytes += Self.cost(of: answer)
        }

        /// Takes out what there is credit for, in order.
        mutating func release() -> [Envelope] {
            var count = 0
            while count < held.count, held[count].kind == .reply || credits > 0 {
                if held[count].kind == .partial { credits -= 1 }
                heldBytes -= Self.cost(of: held[count])
                count += 1
            }
            guard count > 0 else { return [] }
            defer { held.removeFirst(count) }
            return Array(held.prefix(count))
        }

        /// Short parts cost their rows, too.
        private static func cost(of answer: Envelope) -> Int { answer.body.count + 512 }
    }

    /// How it speaks as a client; nil when it has not.
    var client: MajordomoDialect?
    /// How it speaks as a worker; nil when it has not.
    var worker: MajordomoDialect?
    /// What it asked and has no answer to, by the correlation that stands for it.
    var questions: [UInt64: Question] = [:]
    /// The answer it works on.
    var window: PartWindow?
}

/// All Majordomo peers of a broker, by their rows.
struct MajordomoPeers: Sendable {
    var peers: [Int: MajordomoPeer] = [:]
    var lobby = MajordomoLobby()
    private var lastCorrelation: UInt64 = 0

    subscript(peer: Int) -> MajordomoPeer {
        get { peers[peer] ?? MajordomoPeer() }
        // In place: what it has asked and what is held for it is not copied for each of its messages.
        _modify { yield &peers[peer, default: MajordomoPeer()] }
    }

    /// Never the same twice, so that what is left of a peer that is gone means nothing to the next in its row.
    mutating func nextCorrelation() -> UInt64 {
        lastCorrelation += 1
        return lastCorrelation
    }

    /// Whether the client of what waits in the lobby still waits, too.
    func isThere(_ guest: MajordomoLobby.Guest) -> Bool {
        peers[guest.peer]?.questions[guest.request.correlation] != nil
    }

    /// Hands out what has waited for a worker too long; what nobody waits for any more goes with it.
    mutating func takeOverdue(at now: Moment) -> [MajordomoLobby.Guest] {
        let peers = self
        return lobby.takeAll { $0.deadline <= now || !peers.isThere($0) }.filter { isThere($0) }
    }
}
