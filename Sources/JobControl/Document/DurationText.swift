/// Durations as ISO 8601 writes them: `PT0.2S`, `PT1M30S`, `P1D`, `P2W`.
///
/// Years and months have no length of their own and are refused, as is a duration without any part.
enum DurationText {
    /// Above this a duration is a slip of the pen, and times reckoned with it could overflow: 100 years.
    static let longest = Duration.seconds(100 * 365 * 86_400)

    /// Nil for what is no such text, and for more than ``longest``.
    static func duration(_ text: String) -> Duration? {
        var rest = text.utf8[...]
        guard rest.popFirst() == UInt8(ascii: "P") else { return nil }
        var milliseconds = 0.0
        var units = Array("WD".utf8)
        var isTime = false
        while !rest.isEmpty {
            if !isTime, rest.first == UInt8(ascii: "T") {
                rest.removeFirst()
                (isTime, units) = (true, Array("HMS".utf8))
                guard !rest.isEmpty else { return nil }
            }
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".") }
            rest.removeFirst(digits.count)
            guard let number = Self.number(digits), let unit = rest.popFirst(), let place = units.firstIndex(of: unit)
            else { return nil }
            // Each unit once, the larger ones first; only the last part may have a fraction.
            units.removeFirst(place + 1)
            guard !digits.contains(UInt8(ascii: ".")) || rest.isEmpty else { return nil }
            milliseconds += number * Self.milliseconds(in: unit, isTime)
        }
        guard text.utf8.count > 1 else { return nil }
        return duration(milliseconds: milliseconds)
    }

    /// Nil for less than nothing and for more than ``longest``.
    static func duration(milliseconds: Double) -> Duration? {
        guard milliseconds >= 0, milliseconds <= Double(longest.milliseconds) else { return nil }
        return .microseconds(Int64(milliseconds * 1_000))
    }

    private static func number(_ digits: Substring.UTF8View) -> Double? {
        guard digits.first != UInt8(ascii: "."), digits.last != UInt8(ascii: ".") else { return nil }
        return Double(String(Substring(digits)))
    }

    private static func milliseconds(in unit: UInt8, _ isTime: Bool) -> Double {
        switch unit {
        case UInt8(ascii: "W"): 604_800_000
        case UInt8(ascii: "D"): 86_400_000
        case UInt8(ascii: "H"): 3_600_000
        case UInt8(ascii: "M"): 60_000
        default: 1_000
        }
    }
}

extension Duration {
    /// Whole milliseconds; what is left is dropped.
    var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// For people: `1.5 s`, `200 ms`.
    var spoken: String {
        guard milliseconds >= 1_000 else { return "\(milliseconds) ms" }
        let seconds = Double(milliseconds) / 1_000
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(seconds) s"
    }
}
