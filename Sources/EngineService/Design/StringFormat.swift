/// What a string field must look like.
public enum StringFormat: String, Sendable, CaseIterable {
    /// A date, or a date and a time with or without an offset from UTC, in the extended format (`2026-01-31T09:15:00Z`).
    case iso8601 = "ISO8601"
    /// A mailbox as browsers accept it in `<input type="email">`.
    case email
    /// An absolute URI: a scheme, a colon, and only characters that RFC 3986 allows.
    case uri
    /// Eight, four, four, four and twelve hexadecimal digits.
    case uuid

    var phrase: String {
        switch self {
        case .iso8601: "an ISO8601 date or time"
        case .email: "an email address"
        case .uri: "a URI"
        case .uuid: "a UUID"
        }
    }

    func matches(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .iso8601: Self.isTime(bytes)
        case .email: Self.isMailbox(bytes)
        case .uri: Self.isURI(bytes)
        case .uuid: Self.isUUID(bytes)
        }
    }
}

extension StringFormat {
    private static func isUUID(_ text: [UInt8]) -> Bool {
        let groups = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
    }

    private static func isURI(_ text: [UInt8]) -> Bool {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let first = text.first, first.isLetter else {
            return false
        }
        let scheme = text[..<colon]
        let rest = text[(colon + 1)...]
        let isScheme = scheme.allSatisfy { $0.isLetter || $0.isDigit || "+-.".utf8.contains($0) }
        return isScheme && !rest.isEmpty && isEscapedRight(rest)
    }

    /// Only characters of RFC 3986, and each `%` followed by two hexadecimal digits.
    private static func isEscapedRight(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.count >= 2, rest.prefix(2).allSatisfy(\.isHexDigit) else { return false }
                rest.removeFirst(2)
            } else if !byte.isLetter, !byte.isDigit, !"-._~:/?#[]@!$&'()*+,;=".utf8.contains(byte) {
                return false
            }
        }
        return true
    }

    private static func isMailbox(_ text: [UInt8]) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, let local = parts.first, let domain = parts.last, !local.isEmpty, local.count <= 64
        else {
            return false
        }
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return local.allSatisfy { $0.isLetter || $0.isDigit || ".!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
            && labels.allSatisfy(isLabel)
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return 1...63 ~= label.count && label.first != hyphen && label.last != hyphen
            && label.allSatisfy { $0.isLetter || $0.isDigit || $0 == hyphen }
    }
}

extension StringFormat {
    private static func isTime(_ text: [UInt8]) -> Bool {
        guard let separator = text.firstIndex(where: { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "t") }) else {
            return isDate(text[...])
        }
        var time = text[(separator + 1)...]
        if let zone = time.firstIndex(where: { "Zz+-".utf8.contains($0) }) {
            guard isZone(time[zone...]) else { return false }
            time = time[..<zone]
        }
        return isDate(text[..<separator]) && isClock(time)
    }

    private static func isDate(_ text: ArraySlice<UInt8>) -> Bool {
        guard let numbers = numbers(in: text, separatedBy: UInt8(ascii: "-"), digits: [4, 2, 2]) else { return false }
        guard 1...12 ~= numbers[1] else { return false }
        let isLeap = numbers[0] % 4 == 0 && (numbers[0] % 100 != 0 || numbers[0] % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return 1...days[numbers[1] - 1] ~= numbers[2]
    }

    /// Hours and minutes, and optionally seconds with a fraction. A second of 60 is a leap second.
    private static func isClock(_ text: ArraySlice<UInt8>) -> Bool {
        var clock = text
        if let point = text.firstIndex(where: { ".,".utf8.contains($0) }) {
            let fraction = text[(point + 1)...]
            guard !fraction.isEmpty, fraction.allSatisfy(\.isDigit) else { return false }
            clock = text[..<point]
            guard clock.count == 8 else { return false }
        }
        let digits = clock.count > 5 ? [2, 2, 2] : [2, 2]
        guard let numbers = numbers(in: clock, separatedBy: UInt8(ascii: ":"), digits: digits) else { return false }
        return numbers[0] < 24 && numbers[1] < 60 && (numbers.count < 3 || numbers[2] <= 60)
    }

    private static func isZone(_ text: ArraySlice<UInt8>) -> Bool {
        if text.count == 1 { return text.first == UInt8(ascii: "Z") || text.first == UInt8(ascii: "z") }
        let offset = text.dropFirst()
        let colon = UInt8(ascii: ":")
        let digits = offset.contains(colon) ? [2, 2] : offset.count == 4 ? [4] : [2]
        guard let numbers = numbers(in: offset, separatedBy: colon, digits: digits) else { return false }
        return switch digits {
        case [2, 2]: numbers[0] < 24 && numbers[1] < 60
        case [4]: numbers[0] / 100 < 24 && numbers[0] % 100 < 60
        default: numbers[0] < 24
        }
    }

    /// The numbers of a text that has exactly so many digits in each group, or nil.
    private static func numbers(in text: ArraySlice<UInt8>, separatedBy separator: UInt8, digits: [Int]) -> [Int]? {
        let groups = text.split(separator: separator, omittingEmptySubsequences: false)
        guard groups.map(\.count) == digits, groups.joined().allSatisfy(\.isDigit) else { return nil }
        return groups.map { $0.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= self }
    fileprivate var isLetter: Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= self | 0x20 }
    fileprivate var isHexDigit: Bool { isDigit || UInt8(ascii: "a")...UInt8(ascii: "f") ~= self | 0x20 }
}
