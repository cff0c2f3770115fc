/// By what a ROUTER knows a peer, in nine bytes: the id itself when it has at most eight bytes, which all have that
/// libzmq makes, otherwise a number that stands for it.
struct RoutingID: Sendable, Hashable {
    static let inlineLimit = 8
    /// What ``count`` is for an id that is kept elsewhere.
    static let isElsewhere: UInt8 = 255

    let word: UInt64
    let count: UInt8

    init(word: UInt64, count: UInt8) {
        self.word = word
        self.count = count
    }

    /// An id of at most eight bytes.
    @inline(__always)
    init(inline bytes: UnsafeRawBufferPointer) {
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word) { $0.copyMemory(from: bytes) }
        self.init(word: word, count: UInt8(truncatingIfNeeded: bytes.count))
    }
}
