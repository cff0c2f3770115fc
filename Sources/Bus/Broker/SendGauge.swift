import Synchronization

/// How many bytes are on their way to somebody: added by the broker's thread, taken off wherever they leave libzmq.
final class SendGauge: Sendable {
    private let count = Atomic(0)

    var bytes: Int { count.load(ordering: .relaxed) }

    fileprivate func add(_ bytes: Int) { count.wrappingAdd(bytes, ordering: .relaxed) }

    fileprivate func subtract(_ bytes: Int) { count.wrappingSubtract(bytes, ordering: .relaxed) }
}

/// Bytes that count as on their way to a peer as long as this lives.
final class BytesOnTheirWay: Sendable {
    private let bytes: Int
    private let peer: SendGauge
    private let all: SendGauge

    init(_ bytes: Int, to peer: SendGauge, among all: SendGauge) {
        self.bytes = bytes
        self.peer = peer
        self.all = all
        peer.add(bytes)
        all.add(bytes)
    }

    deinit {
        peer.subtract(bytes)
        all.subtract(bytes)
    }
}
