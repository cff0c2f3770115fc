import Bus
import JSON

/// What `forms` answers: how to ask the engine for something, and which commands it has.
struct EngineForms: Sendable {
    let design: Design

    /// `[ { rel, method, href, input, output, commands } ]`, one for each affordance.
    func json(for request: BusRequest) -> JSONValue {
        let base =
            (request.annotations[Annotations.baseURL] ?? "") + "/services/" + PathSegment.encoded(design.service.name)
        return .array([
            form("execute", base, commands: design.commands),
            form("repeat", base, commands: design.commands),
            form("revert", base, commands: design.commands.filter(\.isReversible)),
            form("inspect", base, commands: design.commands),
        ])
    }

    private func form(_ rel: String, _ base: String, commands: [DesignCommand]) -> JSONValue {
        [
            "rel": .string(rel), "method": "POST", "href": .string("\(base)/\(rel)"),
            "input": input(rel, commands), "output": output(rel), "commands": .array(commands.map(description)),
        ]
    }

    /// The command message as a JSON Schema. `revert` needs the request id only, `inspect` takes nothing else.
    private func input(_ rel: String, _ commands: [DesignCommand]) -> JSONValue {
        guard rel != "inspect" else {
            return ["type": "object", "required": ["requestId"], "properties": ["requestId": ["type": "string"]]]
        }
        return [
            "type": "object",
            "required": rel == "execute" ? ["command", "resource"] : rel == "revert" ? ["requestId"] : [],
            "properties": [
                "command": ["type": "string", "enum": .array(commands.map { .string($0.name) })],
                "resource": ["type": "string", "enum": [.string(design.resourceType)]],
                "id": ["type": "string"], "payload": ["type": "object"], "metadata": ["type": "object"],
                "requestId": ["type": "string"],
            ],
        ]
    }

    private func output(_ rel: String) -> JSONValue {
        switch rel {
        case "revert": ["type": "object", "properties": ["status": ["type": "string", "enum": ["reverted", "noop"]]]]
        case "inspect": Self.inspection
        default:
            [
                "type": "object",
                "properties": ["result": ["type": ["object", "array"]], "statusCode": ["type": "integer"]],
            ]
        }
    }

    private static let inspection: JSONValue = [
        "type": "object",
        "properties": [
            "requestId": ["type": "string"], "command": ["type": "string"],
            "grade": ["type": "string", "enum": ["reversible", "irreversible", "undone", "changed", "unknown"]],
            "changedBy": ["type": "object"], "reason": ["type": "string"],
        ],
    ]

    /// The command as the design has it, with its name and with the defaults of what the design leaves out.
    ///
    /// `secrets` names the members of its payload and its result that nobody else should keep or show.
    private func description(_ command: DesignCommand) -> JSONValue {
        var members: JSONObject = ["name": .string(command.name)]
        members.merge(command.contract)
        members["inputs"] = inputs(of: command)
        members["output"] = command.contract["output"] ?? ["returns": .string(command.output.returns.rawValue)]
        members["transitionType"] = [
            "safe": .bool(command.isSafe), "idempotent": .bool(command.isIdempotent),
            "reversible": .bool(command.isReversible),
        ]
        members["authorization"] = ["roles": .array(command.roles.map(JSONValue.string))]
        if !design.secrets.isEmpty { members["secrets"] = .array(design.secrets.map(JSONValue.string)) }
        return .object(members)
    }

    /// The inputs without the defaults that are secret.
    private func inputs(of command: DesignCommand) -> JSONValue {
        guard var inputs = command.contract["inputs"] else { return ["required": [], "optional": []] }
        guard var defaults = inputs["defaults"]?.objectValue else { return inputs }
        for name in design.secrets { defaults.removeValue(forKey: name) }
        inputs["defaults"] = .object(defaults)
        return inputs
    }
}

/// One segment of a URL's path.
enum PathSegment {
    private static let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// `text` with everything but unreserved characters percent-encoded.
    static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
