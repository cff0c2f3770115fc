/// Whether bytes can be the name of a service or an operation: UTF-8 without control characters.
enum NameCheck {
    /// What nearly every name is; eight bytes at a time.
    @inline(__always)
    static func isPrintableASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard isPrintable(word) else { return false }
            offset += 8
        }
        while offset < bytes.count {
            guard bytes[offset] >= 0x20, bytes[offset] < 0x7F else { return false }
            offset += 1
        }
        return true
    }

    /// The full rule.
    static func isName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    /// Whether each of eight bytes is 0x20 … 0x7E: no high bit, none below a space, none that is DEL.
    @inline(__always)
    private static func isPrintable(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highBits: UInt64 = 0x8080_8080_8080_8080
        let belowSpace = (word &- ones &* 0x20) & ~word
        let isDelete = (word ^ ones &* 0x7F) &- ones
        return (word | belowSpace | isDelete) & highBits == 0
    }
}
