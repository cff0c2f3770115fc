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
        var held: [Envelope] = []
        var heldBytes = 0
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
        set { peers[peer] = newValue }
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
