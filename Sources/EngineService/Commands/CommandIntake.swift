import Bus
import JSON

/// Turns a message into a call, or refuses it with the sentence that says why.
///
/// The order of the checks is part of the contract: command, resource, roles, missing inputs, then values.
struct CommandIntake: Sendable {
    let design: Design
    let makeID: @Sendable () -> String

    /// The design's command that the message means, when the caller may use it.
    func command(of message: CommandMessage, roles: Set<String>) throws(Refusal) -> DesignCommand {
        guard let command = design.command(message.command) else { throw .unknownCommand(message.command) }
        guard message.resource == design.resourceType else { throw .unsupportedResource(message.resource) }
        try authorize(command.name, needing: command.roles, roles: roles)
        return command
    }

    /// Throws 403 unless one of the caller's roles is among those that are needed; no role is needed where none is named.
    func authorize(_ command: String, needing needed: [String], roles: Set<String>) throws(Refusal) {
        if !needed.isEmpty && roles.isDisjoint(with: needed) { throw .forbidden(command, roles: needed) }
    }

    /// The call that a message to `command` makes.
    func call(_ message: CommandMessage, to command: DesignCommand) throws(Refusal) -> CommandCall {
        let behaviour = DefaultCommand(rawValue: command.name)
        var inputs = kept(message.payload, by: command.inputs, behaviour)
        for (name, value) in command.inputs.defaults where inputs[name] == nil && name != "id" { inputs[name] = value }
        for name in command.inputs.generated where inputs[name] == nil && name != "id" {
            inputs[name] = .string(makeID())
        }
        let id = message.id ?? (command.inputs.generated.contains("id") ? makeID() : nil)

        for name in command.inputs.required where name == "id" ? id == nil : inputs[name] == nil {
            throw .missingInput(name)
        }
        if id == nil, behaviour?.needsID == true { throw .missingInput("id") }
        if behaviour == .status, inputs["status"] == nil { throw .missingInput("status") }
        if behaviour != .filter { try check(inputs, id: id) }
        return CommandCall(
            command: command.name,
            id: id,
            inputs: inputs,
            metadata: message.metadata,
            requestID: message.requestID
        )
    }

    /// Only what is declared is kept, except that the criteria of a filter are: a field that nobody knows matches
    /// nothing, and dropping it would match everything.
    private func kept(_ payload: JSONObject, by inputs: CommandInputs, _ behaviour: DefaultCommand?) -> JSONObject {
        if behaviour == .filter { return payload }
        var kept: JSONObject = [:]
        for (name, value) in payload where name != "id" {
            if inputs.declares(name) || (behaviour == .status && name == "status") { kept[name] = value }
        }
        return kept
    }

    private func check(_ inputs: JSONObject, id: String?) throws(Refusal) {
        if let id, let field = design.fields["id"], let demand = field.demand(unmetBy: .string(id)) {
            throw .invalidValue(field.isSecret ? JSONValue?.none : .string(id), of: "id", mustBe: demand)
        }
        for (name, value) in inputs {
            guard let field = design.fields[name], let demand = field.demand(unmetBy: value) else { continue }
            throw .invalidValue(field.isSecret ? JSONValue?.none : value, of: name, mustBe: demand)
        }
    }
}
