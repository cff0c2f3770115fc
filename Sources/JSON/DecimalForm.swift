/// A number's value in the one form that all its spellings share: ± digits × 10^exponent.
///
/// The digits have no zero at either end; no digits are zero, without a sign. Doubles cannot stand in for it:
/// they hold 9007199254740992 and 9007199254740993 for the same.
struct DecimalForm: Equatable {
    private(set) var isNegative = false
    private(set) var digits: [UInt8] = []
    private(set) var exponent = 0
    /// The text itself where the exponent is no `Int` to calculate with: such numbers are equal to themselves.
    private var beyond: String?

    /// Reads a text that is a JSON number.
    init(_ text: String) {
        var bytes = text.utf8[...]
        isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        let mantissa = bytes.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        readDigits(mantissa)
        if digits.isEmpty {
            becomeZero()
        } else {
            readExponent(bytes[mantissa.endIndex...].dropFirst(), of: text)
        }
    }

    /// The value as an integer, when it is one and fits.
    var int: Int? {
        guard beyond == nil, exponent >= 0, digits.count + exponent <= 19 else { return nil }
        var value = 0
        for digit in digits + repeatElement(0, count: exponent) {
            let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
            // Counted downward: the smallest Int has no positive counterpart.
            let (next, underflow) = tenfold.subtractingReportingOverflow(Int(digit))
            guard !overflow, !underflow else { return nil }
            value = next
        }
        return isNegative ? value : Int(exactly: value.magnitude)
    }

    private mutating func readDigits(_ mantissa: Substring.UTF8View) {
        var isFraction = false
        for byte in mantissa {
            guard byte != UInt8(ascii: ".") else {
                isFraction = true
                continue
            }
            if isFraction { exponent -= 1 }
            if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte - UInt8(ascii: "0")) }
        }
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
    }

    private mutating func readExponent(_ bytes: Substring.UTF8View.SubSequence, of text: String) {
        guard !bytes.isEmpty else { return }
        // A million digits shift the point by a million: far from overflow with an exponent below 10^18.
        if let value = Int(String(bytes) ?? ""), value.magnitude < 1_000_000_000_000_000_000 {
            exponent += value
        } else {
            beyond = text
        }
    }

    private mutating func becomeZero() {
        isNegative = false
        exponent = 0
    }
}
