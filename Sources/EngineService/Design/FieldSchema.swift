public import JSON

/// What values a field of a resource takes. Enforced on input.
public struct FieldSchema: Sendable, Hashable {
    public enum ValueType: String, Sendable, CaseIterable {
        case string, number, boolean, object, array
    }

    public let type: ValueType

    /// The values that are allowed; nil: all of the type.
    public let allowed: [JSONValue]?

    /// What a string must look like.
    public let format: StringFormat?

    /// Whether its values must not be shown in errors, logs and journals (`x-secret`).
    public let isSecret: Bool

    public init(
        type: ValueType,
        allowed: [JSONValue]? = nil,
        format: StringFormat? = nil,
        isSecret: Bool = false
    ) {
        self.type = type
        self.allowed = allowed
        self.format = format
        self.isSecret = isSecret
    }

    /// What the value must be and is not, to go on after "Must be": "one of [a, b]", "a number". Nil: it is right.
    ///
    /// The allowed values come before the type, as they say more.
    func demand(unmetBy value: JSONValue) -> String? {
        if let allowed, !allowed.contains(value) {
            return "one of [\(allowed.map { $0.stringValue ?? $0.description }.joined(separator: ", "))]"
        }
        if !type.includes(value) { return type.phrase }
        if let format, let text = value.stringValue, !format.matches(text) { return format.phrase }
        return nil
    }
}

extension FieldSchema {
    init(_ node: DesignNode) {
        node.expectOnly(["type", "enum", "format", "description"])
        guard node.requireObject() else {
            self.init(type: .string)
            return
        }
        let isSecret = node["x-secret"].bool(default: false)
        let type = node["type"].choice(ValueType.self) ?? .string
        let format = node["format"].isPresent ? node["format"].choice(StringFormat.self) : nil
        if format != nil, type != .string { node["format"].fault("is for fields of type string only") }
        self.init(type: type, allowed: Self.allowed(node["enum"], type: type), format: format, isSecret: isSecret)
    }

    private static func allowed(_ node: DesignNode, type: ValueType) -> [JSONValue]? {
        guard node.isPresent else { return nil }
        guard let values = node.value?.arrayValue, !values.isEmpty else {
            node.fault("must be a list of at least one value")
            return nil
        }
        for element in node.elements(of: values) where element.value.map(type.includes) == false {
            element.fault("must be \(type.phrase), as the field's type says")
        }
        return values
    }
}

extension FieldSchema.ValueType {
    func includes(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.number, .number), (.boolean, .bool), (.object, .object), (.array, .array): true
        default: false
        }
    }

    var phrase: String {
        switch self {
        case .string: "a string"
        case .number: "a number"
        case .boolean: "true or false"
        case .object: "an object"
        case .array: "an array"
        }
    }
}
