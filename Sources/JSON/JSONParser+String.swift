extension JSONParser {
    /// Reads a string at its opening quote.
    mutating func string() throws(JSONError) -> String {
        cursor += 1
        let first = cursor
        skipPlainWords()
        var union: UInt8 = 0
        while cursor < end {
            let byte = cursor.pointee
            if byte == UInt8(ascii: "\"") {
                defer { cursor += 1 }
                return try text(from: first, count: cursor - first, isASCII: union < 0x80)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: first) }
            guard byte >= 0x20 else { throw controlCharacter(byte) }
            union |= byte
            cursor += 1
        }
        throw error("The string has no end")
    }

    /// Passes eight bytes at a time while none of them is a quote, a backslash, a control character or not ASCII.
    @inline(__always)
    private mutating func skipPlainWords() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        while end - cursor >= 8 {
            let word = UnsafeRawPointer(cursor).loadUnaligned(as: UInt64.self)
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // In `x &- ones` the top bit of a byte is set when that byte was zero (or borrowed: then a byte before it was).
            let special = (quotes &- ones) | (backslashes &- ones) | (word &- ones &* 0x20) | word
            guard special & (ones &* 0x80) == 0 else { return }
            cursor += 8
        }
    }

    // The scan has seen whether the bytes are ASCII, so only others are validated.
    @inline(__always)
    private func text(from first: UnsafePointer<UInt8>, count: Int, isASCII: Bool) throws(JSONError) -> String {
        let bytes = Span(_unsafeStart: first, count: count)
        if isASCII { return String(copying: UTF8Span(unchecked: bytes, isKnownASCII: true)) }
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw self.error("The string is no valid UTF-8", at: first + error.byteOffsets.lowerBound)
        }
    }

    /// Goes on at the first backslash: the text so far is copied, and every escape replaced.
    private mutating func escapedString(from first: UnsafePointer<UInt8>) throws(JSONError) -> String {
        var bytes: [UInt8] = []
        var run = first
        while cursor < end {
            let byte = cursor.pointee
            guard byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte < 0x20 else {
                cursor += 1
                continue
            }
            guard byte >= 0x20 else { throw controlCharacter(byte) }
            // A run ends at an ASCII byte, so a valid text has whole characters in it.
            bytes.append(contentsOf: try text(from: run, count: cursor - run, isASCII: false).utf8)
            cursor += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: String(try escape()).utf8)
            run = cursor
        }
        throw error("The string has no end")
    }

    /// Reads what follows a backslash.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard cursor < end else { throw error("The string has no end") }
        let byte = cursor.pointee
        cursor += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("The escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", at: cursor - 2)
        }
    }

    /// Reads the digits of `\uXXXX`, and the low half where they are the high half of a pair.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let place = cursor - 2
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard UTF16.isLeadSurrogate(high), end - cursor >= 6, cursor[0] == UInt8(ascii: "\\"),
            cursor[1] == UInt8(ascii: "u")
        else { throw error("A surrogate stands alone", at: place) }
        cursor += 2
        let low = try codeUnit()
        guard UTF16.isTrailSurrogate(low) else { throw error("A surrogate stands alone", at: place) }
        return UTF16.decode(UTF16.EncodedScalar([high, low]))
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard cursor < end, let digit = Character(Unicode.Scalar(cursor.pointee)).hexDigitValue else {
                throw unexpected("a hexadecimal digit")
            }
            value = value << 4 | UInt16(digit)
            cursor += 1
        }
        return value
    }

    private func controlCharacter(_ byte: UInt8) -> JSONError {
        error("The control character 0x\(hexadecimal(byte)) must be escaped in a string")
    }
}
