public import JSON

/// What an engine serves: one type of resource, its fields, its commands, and how the service is announced.
///
/// Read from a design document. Members that begin with `x-` are ignored wherever they stand, but for a command's
/// `x-handler` and a field's `x-secret`; other members that mean nothing are ignored too and listed in ``unknownMembers``.
public struct Design: Sendable {
    public let title: String
    public let version: String
    public let resourceType: String

    /// The fields of the resource by name. A field that is not listed takes any value.
    public let fields: [String: FieldSchema]

    /// The fields whose values must not be shown, sorted: members of payloads and results.
    public let secrets: [String]

    /// In the order of the document.
    public let commands: [DesignCommand]

    public let service: ServiceInfo

    /// Who may use commands that do not say it themselves; empty: everybody.
    public let roles: [String]

    /// Where the document has members that the engine does not know.
    public let unknownMembers: [JSONPointer]

    private let commandIndex: [String: Int]

    /// Reads a design document.
    ///
    /// - Throws: ``DesignError`` with every fault of the document.
    public init(_ document: JSONValue) throws(DesignError) {
        let findings = DesignFindings()
        let root = DesignNode(document, at: JSONPointer(), findings: findings)
        guard document.objectValue != nil else {
            throw DesignError([DesignFault(root.pointer, "must be an object")])
        }
        root.expectOnly(Self.knownMembers)
        title = root["title"].string()
        version = root["version"].string()
        resourceType = root["resourceType"].string()
        fields = Self.fields(of: resourceType, in: root)
        secrets = fields.filter(\.value.isSecret).keys.sorted()
        roles = root["authorization"].isPresent ? DesignCommand.roles(in: root["authorization"]) : []
        commands = Self.commands(in: root, roles: roles, fields: fields)
        service = ServiceInfo(root["serviceInfo"])
        unknownMembers = findings.unknownMembers
        // Two names may be equal to Swift (é composed and decomposed); the first is meant then.
        commandIndex = Dictionary(commands.enumerated().map { ($1.name, $0) }, uniquingKeysWith: min)
        guard findings.faults.isEmpty else { throw DesignError(findings.faults) }
    }

    /// Reads a design document from its text.
    ///
    /// - Throws: ``DesignError``, also when the bytes are no JSON.
    public init(parsing bytes: [UInt8]) throws(DesignError) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes)
        } catch {
            throw DesignError([DesignFault(JSONPointer(), "is no JSON: \(error)")])
        }
        try self.init(document)
    }

    /// The command of that name, or nil.
    public func command(_ name: String) -> DesignCommand? {
        commandIndex[name].map { commands[$0] }
    }
}

extension Design {
    private static let knownMembers: Set<String> = [
        "title", "description", "version", "resourceType", "resourceSchema", "commands", "serviceInfo", "authorization",
        "$schema",
    ]

    /// All types of the schema are checked; the fields are those of the one that is served.
    private static func fields(of resourceType: String, in root: DesignNode) -> [String: FieldSchema] {
        let schema = root["resourceSchema"]
        var fields: [String: FieldSchema] = [:]
        for (type, node) in schema.members() {
            for (name, field) in node.members() {
                let read = FieldSchema(field)
                if type == resourceType { fields[name] = read }
            }
        }
        if !resourceType.isEmpty, schema.value?.objectValue != nil, !schema[resourceType].isPresent {
            root["resourceType"].fault("must be a type of resourceSchema, which has no '\(resourceType)'")
        }
        return fields
    }

    private static func commands(
        in root: DesignNode,
        roles: [String],
        fields: [String: FieldSchema]
    ) -> [DesignCommand] {
        let members = root["commands"].members()
        if members.isEmpty, root["commands"].value?.objectValue != nil {
            root["commands"].fault("must have at least one command")
        }
        return members.map { name, node in DesignCommand(name, node, documentRoles: roles, fields: fields) }
    }
}
