/// Bounds how many bytes wait in the broker's socket for peers that read slowly; libzmq itself bounds only messages.
///
/// A connection keeps its order, so it is enough to know when some messages leave: once 64 KiB have been sent to a peer,
/// the next message carries a token that stands for all of them. So small messages cost an addition, and up to 64 KiB for
/// each peer are not counted. Nobody may have more than a limit, nor more than is left for all others together; a
/// little is always allowed, so that those who read are not hurt by many who do not.
struct SendMeter: Sendable {
    struct Limits: Sendable {
        /// For one peer, before its last message.
        var peer = 128 << 20
        /// For all peers.
        var all = 512 << 20
    }

    enum Verdict: Sendable, Hashable {
        case send
        /// Send a copy: this memory may belong to a larger block, which a peer that is behind must not keep.
        case sendCopy
        /// Send with the token of so many bytes.
        case sendWithToken(Int)
        case refuse
    }

    private struct Row {
        var id = RoutingID(word: 0, count: 0)
        /// Sent since the last token.
        var bytes: Int32 = 0
        /// Whether the last token found others on their way: from then on every message is looked at.
        var isBehind = false
        var gauge: SendGauge?
    }

    /// What a message costs besides its bytes.
    private static let overhead = 64
    static let tokenInterval = 64 << 10
    /// What every peer may have on its way, whatever others have.
    static let guaranteed = 256 << 10
    /// What the broker's own messages, which are short, may use besides.
    static let reserve = 256 << 10
    /// Messages below may lie in a block of libzmq's that holds several.
    static let copyLimit = 8 << 10

    let limits: Limits
    private let all = SendGauge()
    private var rows: [Row] = []

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// On their way to all peers, as far as they are counted.
    var bytes: Int { all.bytes }

    /// What to do with a message for the peer in this row.
    @inline(__always)
    mutating func judge(_ count: Int, to peer: Int, id: RoutingID, isOwn: Bool) -> Verdict {
        if peer < rows.count, rows[peer].id == id, !rows[peer].isBehind {
            let bytes = Int(rows[peer].bytes) + count + Self.overhead
            if bytes < Self.tokenInterval {
                rows[peer].bytes = Int32(truncatingIfNeeded: bytes)
                return .send
            }
        }
        return judgeSlowly(count, to: peer, id: id, isOwn: isOwn)
    }

    /// The token for a message that needs one.
    func token(for bytes: Int, to peer: Int) -> BytesOnTheirWay? {
        rows[peer].gauge.map { BytesOnTheirWay(bytes, to: $0, among: all) }
    }

    private mutating func judgeSlowly(_ count: Int, to peer: Int, id: RoutingID, isOwn: Bool) -> Verdict {
        while rows.count <= peer { rows.append(Row()) }
        if rows[peer].id != id { rows[peer] = Row(id: id) }
        let ahead = rows[peer].gauge?.bytes ?? 0
        guard ahead <= limit(isOwn: isOwn) else { return .refuse }
        rows[peer].isBehind = ahead >= Self.guaranteed / 2
        let bytes = Int(rows[peer].bytes) + count + Self.overhead
        guard bytes < Self.tokenInterval else {
            if rows[peer].gauge == nil { rows[peer].gauge = SendGauge() }
            rows[peer].bytes = 0
            return .sendWithToken(bytes)
        }
        rows[peer].bytes = Int32(truncatingIfNeeded: bytes)
        return rows[peer].isBehind && count < Self.copyLimit ? .sendCopy : .send
    }

    private func limit(isOwn: Bool) -> Int {
        max(Self.guaranteed, min(limits.peer, limits.all - all.bytes)) + (isOwn ? Self.reserve : 0)
    }
}
