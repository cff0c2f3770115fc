/// An id as stores compare it: by its UTF-8 bytes, as SQL does, not by canonical equivalence, as Swift does.
struct StateKey: Hashable, Comparable, Sendable {
    private let bytes: [UInt8]

    init(_ id: String) {
        bytes = Array(id.utf8)
    }

    static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
