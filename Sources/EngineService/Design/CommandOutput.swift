public import Bus
import JSON

/// What a command answers.
public struct CommandOutput: Sendable, Hashable {
    public enum Shape: String, Sendable, CaseIterable {
        /// `{ "result": … }` with what the command gives.
        case object
        /// `{ "result": [ … ] }`; a single value is put into a list.
        case array
        /// The status alone.
        case none
    }

    public let returns: Shape

    /// The status that the design names; it is repeated in the body.
    public let statusCode: Status?

    /// What the command answers for `value`; nil is an answer without a result.
    ///
    /// Without a status of the design, `usual` holds, except that 204 and an empty body go together.
    func answer(_ value: JSONValue?, usual: Status) -> EngineAnswer {
        guard returns != .none, statusCode != .noContent, let value else {
            return .done(statusCode ?? (usual == .ok ? .noContent : usual), nil)
        }
        var body: JSONObject = ["result": shaped(value)]
        if let statusCode { body["statusCode"] = JSONValue(statusCode.rawValue) }
        return .done(statusCode ?? (usual == .noContent ? .ok : usual), .object(body))
    }

    private func shaped(_ value: JSONValue) -> JSONValue {
        returns == .array && value.arrayValue == nil ? [value] : value
    }
}

extension CommandOutput {
    /// A command without `output` answers what one of its name naturally does.
    init(_ node: DesignNode, command: String) {
        guard node.isPresent, node.requireObject() else {
            self.init(returns: command == DefaultCommand.delete.rawValue ? .none : .object, statusCode: nil)
            return
        }
        node.expectOnly(["type", "returns", "statusCode", "description"])
        _ = node["type"].optionalString()
        let returns = node["returns"].choice(Shape.self) ?? .object
        let statusCode = node["statusCode"].status()
        if let statusCode, !(200...299 ~= statusCode) {
            node["statusCode"].fault("must be a status of success, 200 to 299")
        }
        self.init(returns: returns, statusCode: statusCode.flatMap(UInt16.init(exactly:)).map(Status.init(rawValue:)))
    }
}
