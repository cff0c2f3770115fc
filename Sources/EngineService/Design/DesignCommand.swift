import JSON

/// One command of a design: what it takes, what it answers, and what may be done with it.
public struct DesignCommand: Sendable {
    public let name: String
    public let inputs: CommandInputs
    public let output: CommandOutput

    /// It changes nothing.
    public let isSafe: Bool

    /// Doing it twice is doing it once.
    public let isIdempotent: Bool

    /// `revert` undoes it.
    public let isReversible: Bool

    /// Who may use it: the command's own roles, else the document's. Empty: everybody.
    public let roles: [String]

    /// The process that carries it out; nil: the engine or the developer's Swift does.
    public let handler: DesignHandler?

    /// The command as the document has it, without extensions: what `forms` shows.
    let contract: JSONObject
}

extension DesignCommand {
    init(_ name: String, _ node: DesignNode, documentRoles: [String], fields: [String: FieldSchema]) {
        node.expectOnly([
            "description", "inputs", "output", "transitionType", "errors", "authorization",
        ])
        _ = node.requireObject()
        let transition = node["transitionType"]
        if transition.isPresent, transition.requireObject() {
            transition.expectOnly(["safe", "idempotent", "reversible"])
        }
        self.name = name
        inputs = CommandInputs(node["inputs"], fields: fields)
        output = CommandOutput(node["output"], command: name)
        isSafe = transition["safe"].bool(default: false)
        isIdempotent = transition["idempotent"].bool(default: false)
        isReversible = transition["reversible"].bool(default: false)
        roles = node["authorization"].isPresent ? Self.roles(in: node["authorization"]) : documentRoles
        handler = DesignHandler(node["x-handler"])
        contract = Self.contract(of: node)
        Self.checkErrors(node["errors"])
    }

    static func roles(in node: DesignNode) -> [String] {
        guard node.requireObject() else { return [] }
        node.expectOnly(["roles"])
        return node["roles"].strings()
    }

    /// `errors` documents what a caller may meet; the engine only checks that it can be shown.
    private static func checkErrors(_ node: DesignNode) {
        for error in node.list() where error.requireObject() {
            error.expectOnly(["statusCode", "when", "description"])
            if error["statusCode"].isPresent {
                _ = error["statusCode"].status()
            } else {
                error["statusCode"].fault("is missing")
            }
            _ = error["when"].optionalString()
        }
    }

    private static func contract(of node: DesignNode) -> JSONObject {
        var contract: JSONObject = [:]
        for (name, member) in node.value?.objectValue ?? [:] where !name.hasPrefix("x-") { contract[name] = member }
        return contract
    }
}
