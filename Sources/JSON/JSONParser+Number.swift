extension JSONParser {
    /// The most digits that are an `Int` whatever they are.
    private static let shortDigits = 18

    /// Reads a number at its first byte: `-`? integer fraction? exponent?
    mutating func number() throws(JSONError) -> JSONNumber {
        let first = cursor
        let isNegative = cursor.pointee == UInt8(ascii: "-")
        if isNegative { cursor += 1 }
        let magnitude = try integer()
        if cursor == end || !isNumberByte(cursor.pointee), let magnitude, magnitude != 0 || !isNegative {
            return JSONNumber(isNegative ? -magnitude : magnitude)
        }
        try fraction()
        try exponent()
        return JSONNumber(
            verified: String(decoding: UnsafeBufferPointer(start: first, count: cursor - first), as: UTF8.self)
        )
    }

    /// Returns the value of the digits, nil when there are too many for an `Int`.
    @inline(__always)
    private mutating func integer() throws(JSONError) -> Int? {
        let first = cursor
        var value = 0
        while let digit = nextDigit() {
            value = value &* 10 &+ digit
        }
        guard cursor > first else { throw unexpected("a digit") }
        guard first.pointee != UInt8(ascii: "0") || cursor == first + 1 else {
            throw error("A number must not start with a zero", at: first)
        }
        return cursor - first <= Self.shortDigits ? value : nil
    }

    private mutating func fraction() throws(JSONError) {
        guard cursor < end, cursor.pointee == UInt8(ascii: ".") else { return }
        cursor += 1
        try digits()
    }

    private mutating func exponent() throws(JSONError) {
        guard cursor < end, cursor.pointee | 0x20 == UInt8(ascii: "e") else { return }
        cursor += 1
        if cursor < end, cursor.pointee == UInt8(ascii: "+") || cursor.pointee == UInt8(ascii: "-") { cursor += 1 }
        try digits()
    }

    private mutating func digits() throws(JSONError) {
        guard nextDigit() != nil else { throw unexpected("a digit") }
        while nextDigit() != nil {}
    }

    @inline(__always)
    private mutating func nextDigit() -> Int? {
        guard cursor < end else { return nil }
        let digit = cursor.pointee &- UInt8(ascii: "0")
        guard digit < 10 else { return nil }
        cursor += 1
        return Int(digit)
    }

    @inline(__always)
    private func isNumberByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
    }
}
