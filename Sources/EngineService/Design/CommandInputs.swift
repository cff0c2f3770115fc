public import JSON

/// What a command takes.
public struct CommandInputs: Sendable, Hashable {
    /// The inputs that must come, in the order of the document; `id` among them means the message's.
    public let required: [String]
    public let optional: [String]

    /// The values of inputs that did not come.
    public let defaults: JSONObject

    /// The inputs that get a new UUID when they did not come.
    public let generated: [String]

    func declares(_ name: String) -> Bool {
        required.contains(name) || optional.contains(name) || defaults[name] != nil || generated.contains(name)
    }
}

extension CommandInputs {
    init(_ node: DesignNode, fields: [String: FieldSchema]) {
        guard node.isPresent, node.requireObject() else {
            self.init(required: [], optional: [], defaults: [:], generated: [])
            return
        }
        node.expectOnly(["required", "optional", "defaults", "rules", "description"])
        self.init(
            required: node["required"].strings(),
            optional: node["optional"].strings(),
            defaults: Self.defaults(node["defaults"], fields: fields),
            generated: node["rules"].list().flatMap(Self.generated)
        )
    }

    private static func defaults(_ node: DesignNode, fields: [String: FieldSchema]) -> JSONObject {
        var defaults: JSONObject = [:]
        for (name, member) in node.members(mayBeAbsent: true) {
            guard let value = member.value else { continue }
            if let demand = fields[name]?.demand(unmetBy: value) { member.fault("must be \(demand)") }
            defaults[name] = value
        }
        return defaults
    }

    /// A rule is an object of field and rule; `generateIfMissing` is the only rule there is.
    private static func generated(_ rule: DesignNode) -> [String] {
        rule.members().map { name, node in
            _ = node.choice(InputRule.self)
            return name
        }
    }
}

private enum InputRule: String, CaseIterable {
    case generateIfMissing
}
