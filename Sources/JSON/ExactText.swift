/// Text that is the same only when its bytes are.
///
/// Swift compares strings by canonical equivalence: "é" in one scalar equals "é" in two. JSON does not
/// (RFC 8259 §8.3, RFC 6902 §4.6), so keys and string values are compared through this type.
struct ExactText: Hashable {
    let string: String

    init(_ string: String) {
        self.string = string
    }

    static func == (left: Self, right: Self) -> Bool {
        sameBytes(left.string, right.string)
    }

    // Hashing the bytes, not the string: the many spellings of one normalized text must not collide.
    func hash(into hasher: inout Hasher) {
        let hashed: Void? = string.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if hashed == nil {
            string.utf8.forEach { hasher.combine($0) }
        }
    }

    /// Whether both strings have the same UTF-8 bytes.
    @inline(__always)
    static func sameBytes(_ left: String, _ right: String) -> Bool {
        left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }
}
