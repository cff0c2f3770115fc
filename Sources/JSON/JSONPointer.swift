/// A place in a JSON value (RFC 6901): `/orders/0/id`; the empty pointer is the whole value.
public struct JSONPointer: Sendable {
    /// The decoded tokens: keys, array indexes and `-` (the place behind the last element).
    public let tokens: [String]

    /// The pointer that leads along these tokens; none of them is escaped.
    public init(tokens: [String] = []) {
        self.tokens = tokens
    }

    /// Reads `/a~1b/0`, where `~1` stands for `/` and `~0` for `~`.
    ///
    /// - Throws: ``JSONPointerError`` when it does not start with `/` or has another `~`.
    public init(_ text: String) throws(JSONPointerError) {
        guard text.isEmpty || text.utf8.first == UInt8(ascii: "/") else {
            throw JSONPointerError(text: text, reason: .noSlash)
        }
        var tokens: [String] = []
        // What stands before the first slash is no token.
        for token in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let decoded = Self.decoded(token) else { throw JSONPointerError(text: text, reason: .badEscape) }
            tokens.append(decoded)
        }
        self.tokens = tokens
    }

    /// This pointer and one token more.
    public func appending(_ token: String) -> JSONPointer {
        JSONPointer(tokens: tokens + [token])
    }

    /// This pointer and an array index more.
    public func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }

    /// The index that a token names: digits without a leading zero; nil for anything else and for what no array has.
    public static func arrayIndex(_ token: String) -> Int? {
        let digits = token.utf8
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        return Int(token)
    }

    /// Whether `other` is this place or inside it.
    func isPrefix(of other: JSONPointer) -> Bool {
        other.tokens.starts(with: tokens, by: ExactText.sameBytes)
    }

    private static func decoded(_ token: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = token.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "~") else {
                bytes.append(byte)
                continue
            }
            switch rest.next() {
            case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The pointer as RFC 6901 writes it.
    public var description: String {
        var bytes: [UInt8] = []
        for token in tokens {
            bytes.append(UInt8(ascii: "/"))
            token.utf8.forEach { Self.append($0, to: &bytes) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
        case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
        default: bytes.append(byte)
        }
    }
}

extension JSONPointer: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.tokens.elementsEqual(right.tokens, by: ExactText.sameBytes)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(tokens.map(ExactText.init))
    }
}

extension JSONPointer: ExpressibleByArrayLiteral {
    /// The tokens, not escaped: `["orders", "0"]`.
    public init(arrayLiteral tokens: String...) {
        self.init(tokens: tokens)
    }
}
