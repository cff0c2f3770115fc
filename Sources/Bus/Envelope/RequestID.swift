/// Names a request from end to end: the same for every attempt, so that a service can recognise one it has answered.
///
/// Written as a lowercase UUID; those made here are of version 7 and sort by time.
public struct RequestID: Sendable, Hashable {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64

    /// All zeros: what a message carries that belongs to no request.
    public static let zero = RequestID(high: 0, low: 0)

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new one.
    public init() {
        self = UUIDv7.makeID()
    }

    /// Reads a UUID in either case, `8-4-4-4-12` digits; nil for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        let hyphens = [8, 13, 18, 23]
        guard bytes.count == 36, hyphens.allSatisfy({ bytes[$0] == 0x2D }) else { return nil }
        let digits = bytes.enumerated().filter { !hyphens.contains($0.offset) }.map(\.element)
        guard let high = Hex.number(digits[..<16]), let low = Hex.number(digits[16...]) else { return nil }
        self.init(high: high, low: low)
    }
}

extension RequestID: CustomStringConvertible, LosslessStringConvertible {
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for nibble in 0..<32 {
                if [8, 12, 16, 20].contains(nibble) {
                    buffer[position] = 0x2D
                    position += 1
                }
                buffer[position] = Hex.lowercaseDigit(self.nibble(nibble))
                position += 1
            }
            return 36
        }
    }

    private func nibble(_ index: Int) -> UInt8 {
        let word = index < 16 ? high : low
        return UInt8(truncatingIfNeeded: word >> (60 - 4 * UInt64(index % 16))) & 15
    }
}

extension RequestID: Comparable {
    /// The order of the texts, which for version 7 is that of their making.
    public static func < (left: RequestID, right: RequestID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
