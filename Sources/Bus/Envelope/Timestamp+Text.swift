extension Timestamp: CustomStringConvertible, LosslessStringConvertible {
    /// Always with three digits of milliseconds and `Z`.
    public var description: String {
        let (days, milliseconds) = millisecondsSinceEpoch.quotientAndModulus(86_400_000)
        let (year, month, day) = CivilDate.components(ofDay: days)
        var text = TimestampText()
        text.append(year, digits: 4, then: "-")
        text.append(month, digits: 2, then: "-")
        text.append(day, digits: 2, then: "T")
        text.append(milliseconds / 3_600_000, digits: 2, then: ":")
        text.append(milliseconds / 60_000 % 60, digits: 2, then: ":")
        text.append(milliseconds / 1000 % 60, digits: 2, then: ".")
        text.append(milliseconds % 1000, digits: 3, then: "Z")
        return text.string
    }

    /// Reads RFC 3339: any number of decimals (those beyond milliseconds are dropped), `Z` or an offset.
    ///
    /// Nil for anything else, also for a date that does not exist. A leap second counts as the second after it.
    public init?(_ text: String) {
        var scanner = TimestampScanner(text)
        guard let year = scanner.number(digits: 4), scanner.skip("-"), let month = scanner.number(digits: 2),
            scanner.skip("-"), let day = scanner.number(digits: 2), scanner.skip("T", "t", " "),
            let hour = scanner.number(digits: 2), scanner.skip(":"), let minute = scanner.number(digits: 2),
            scanner.skip(":"), let second = scanner.number(digits: 2), let fraction = scanner.milliseconds(),
            let offset = scanner.offsetInMinutes(), scanner.isAtEnd,
            CivilDate.exists(year: year, month: month, day: day), hour < 24, minute < 60, second < 61
        else { return nil }
        let days = CivilDate.day(year: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + (minute - offset) * 60 + second
        self.init(millisecondsSinceEpoch: seconds * 1000 + fraction)
    }
}

/// Writes a timestamp digit by digit: every event and every summary of a job has some.
private struct TimestampText {
    private static let length = 24
    private var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(Self.length) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends a number with so many digits, and what comes after it; one that has more, or a sign, as it is.
    mutating func append(_ number: Int64, digits: Int, then separator: Unicode.Scalar) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        guard 0..<(divisor * 10) ~= number else {
            bytes += String(number).utf8
            return bytes.append(UInt8(ascii: separator))
        }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: separator))
    }
}

/// Dates of the Gregorian calendar as days since 1970-01-01 (Howard Hinnant's `days_from_civil` and its inverse).
private enum CivilDate {
    static func exists(year: Int64, month: Int64, day: Int64) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
        return day <= self.day(year: nextYear, month: nextMonth, day: 1) - self.day(year: year, month: month, day: 1)
    }

    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years begin in March, so that the leap day is the last one.
        let (era, yearOfEra) = (month <= 2 ? year - 1 : year).quotientAndModulus(400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    static func components(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (day + 719_468).quotientAndModulus(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}

/// Reads the parts of an RFC 3339 text from left to right.
private struct TimestampScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ alternatives: Character...) -> Bool {
        guard let next = rest.first, alternatives.contains(where: { $0.asciiValue == next }) else { return false }
        rest.removeFirst()
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(Self.isDigit) else { return nil }
        rest.removeFirst(digits)
        return text.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// 0 when there is no point; nil when no digit follows one.
    mutating func milliseconds() -> Int64? {
        guard skip(".") else { return 0 }
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest.removeFirst(digits.count)
        let first = Array(digits.prefix(3)) + Array(repeating: 0x30, count: max(3 - digits.count, 0))
        return first.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    mutating func offsetInMinutes() -> Int64? {
        if skip("Z", "z") { return 0 }
        let isWest = rest.first == 0x2D
        guard skip("+", "-"), let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2),
            hours < 24, minutes < 60
        else { return nil }
        return (isWest ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    fileprivate func quotientAndModulus(_ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
