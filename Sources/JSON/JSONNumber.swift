/// A JSON number that keeps the text it was written in.
///
/// So 64-bit integers, decimals longer than a double, `1.0` and `-0` come out as they went in. Equality and hash
/// are numeric: `1`, `1.0`, `1e0` and `10e-1` are one value, `-0` is `0`.
public struct JSONNumber: Sendable {
    /// Almost every number is a short integer, which needs no string.
    private enum Storage {
        case integer(Int)
        case text(String)
    }

    private let storage: Storage

    /// The number with this value, of any size.
    public init(_ integer: some BinaryInteger) {
        storage = Int(exactly: integer).map(Storage.integer) ?? .text(String(integer))
    }

    /// The shortest text that reads back as `double`, without a fraction when it has none; nil when not finite.
    public init?(_ double: Double) {
        guard double.isFinite else { return nil }
        if let integer = Self.exactInteger(double), integer != 0 || double.sign == .plus {
            storage = .integer(integer)
        } else {
            storage = .text(double.description)
        }
    }

    /// An integer below 2^53, where doubles have them all; `Int(exactly:)` would make every user link libm.
    private static func exactInteger(_ double: Double) -> Int? {
        guard double.magnitude < 0x1p53 else { return nil }
        let integer = Int(double)
        return Double(integer) == double ? integer : nil
    }

    /// A number as JSON writes it; nil when `text` is none (`+1`, `.5`, `01`, `NaN`).
    public init?(text: String) {
        guard case .number(let number)? = try? JSONValue(parsing: text), number.text.utf8.count == text.utf8.count
        else { return nil }  // white space round the number makes it longer
        self = number
    }

    /// A text that the parser has found to be a number and no integer in its shortest form.
    init(verified text: String) {
        storage = .text(text)
    }

    /// The number as it was written.
    public var text: String {
        switch storage {
        case .integer(let integer): String(integer)
        case .text(let text): text
        }
    }

    /// Whether both have the same text.
    func isWritten(like other: JSONNumber) -> Bool {
        switch (storage, other.storage) {
        case (.integer(let left), .integer(let right)): left == right
        default: text == other.text
        }
    }

    /// The value when it is an integer that fits: also of `7.0` and `7e2`.
    public var int: Int? {
        switch storage {
        case .integer(let integer): integer
        case .text(let text): DecimalForm(text).int
        }
    }

    /// The nearest double; an infinity when the number is too large for one.
    public var double: Double {
        switch storage {
        case .integer(let integer): Double(integer)
        case .text(let text): Double(text) ?? .nan
        }
    }

    /// The value, for the writer's short way.
    var shortInteger: Int? {
        if case .integer(let integer) = storage { integer } else { nil }
    }
}

extension JSONNumber: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left.storage, right.storage) {
        case (.integer(let left), .integer(let right)): left == right
        default: DecimalForm(left.text) == DecimalForm(right.text)
        }
    }

    // Equal numbers round to the same double.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(double)
    }
}

extension JSONNumber: CustomStringConvertible {
    /// The number as it was written.
    public var description: String { text }
}

extension JSONNumber: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        self.init(value)
    }
}
