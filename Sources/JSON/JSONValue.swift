/// A JSON value that loses nothing: numbers keep their text, objects the order and the exact bytes of their keys.
///
/// Equality is JSON's own: numbers by value (`1` equals `1.0`), strings by their bytes, arrays in order,
/// objects without regard to order.
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// How many arrays and objects may be inside each other when a text is read: 128.
    ///
    /// Recursion without a bound lets 65,000 brackets end the process.
    public static let depthLimit = 128
}

extension JSONValue {
    /// The number with this value.
    public init(_ integer: some BinaryInteger) {
        self = .number(JSONNumber(integer))
    }

    /// The number nearest to `double` when written; null for NaN and the infinities, which JSON does not have.
    public init(_ double: Double) {
        self = JSONNumber(double).map(JSONValue.number) ?? .null
    }

    /// A string; null for nil.
    public init(_ string: String?) {
        self = string.map(JSONValue.string) ?? .null
    }

    /// True or false.
    public init(_ bool: Bool) {
        self = .bool(bool)
    }
}

extension JSONValue {
    /// The member of an object; nil when there is none or this is no object.
    ///
    /// Setting a member of what is no object makes it one; setting nil removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            guard case .object(let object) = self else { return nil }
            return object[key]
        }
        set {
            var object = objectValue ?? [:]
            self = .null  // gives the members up, so that they are changed in place
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element of an array; nil when there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value that a pointer leads to; nil when it leads nowhere.
    public subscript(pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            guard let next = value.child(token) else { return nil }
            value = next
        }
        return value
    }

    private func child(_ token: String) -> JSONValue? {
        switch self {
        case .object(let object): object[token]
        case .array: JSONPointer.arrayIndex(token).flatMap { self[$0] }
        default: nil
        }
    }
}

extension JSONValue {
    /// The text of a string.
    public var stringValue: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// True or false of a boolean.
    public var boolValue: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The number, with its text.
    public var numberValue: JSONNumber? {
        if case .number(let number) = self { number } else { nil }
    }

    /// A number whose value is an integer that fits (`7`, `7.0`, `7e0`).
    public var intValue: Int? { numberValue?.int }

    /// The double nearest to a number.
    public var doubleValue: Double? { numberValue?.double }

    /// The elements of an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object.
    public var objectValue: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// Whether this is null.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// How many arrays and objects are inside each other: 0 for a scalar, 1 for `[]`.
    ///
    /// What is deeper than ``depthLimit`` can be made and written, but not read again.
    public var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.lazy.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.lazy.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }
}

extension JSONValue: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): ExactText.sameBytes(left, right)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let bool): hasher.combine(bool)
        case .number(let number): hasher.combine(number)
        case .string(let string): hasher.combine(ExactText(string))
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}
