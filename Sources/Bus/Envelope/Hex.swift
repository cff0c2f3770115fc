/// Hexadecimal digits, for ids and percent-encoding.
enum Hex {
    /// The digit of 0 … 15 in uppercase, as percent-encoding wants it.
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x37 + value
    }

    /// The value of a digit in either case; nil for any other byte.
    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x37
        case 0x61...0x66: digit - 0x57
        default: nil
        }
    }

    /// Sixteen lowercase digits.
    static func text(_ number: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 {
                let nibble = UInt8(truncatingIfNeeded: number >> (60 - 4 * UInt64(index))) & 15
                buffer[index] = lowercaseDigit(nibble)
            }
            return 16
        }
    }

    /// The number that digits of either case stand for; nil for none, for more than 16 and for other bytes.
    static func number(_ digits: some Collection<UInt8>) -> UInt64? {
        guard (1...16).contains(digits.count) else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            guard let value = value(digit) else { return nil }
            number = number << 4 | UInt64(value)
        }
        return number
    }

    static func lowercaseDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }
}
