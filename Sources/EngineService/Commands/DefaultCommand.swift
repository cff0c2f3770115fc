import Bus
import JSON

/// What the engine does by itself for a command of such a name.
enum DefaultCommand: String, Sendable, CaseIterable {
    case create, read, update, delete, list, filter, status

    var needsID: Bool {
        switch self {
        case .create, .read, .update, .delete, .status: true
        case .list, .filter: false
        }
    }

    /// The status where the design names none.
    var usualStatus: Status {
        switch self {
        case .create: .created
        case .delete: .noContent
        case .read, .update, .list, .filter, .status: .ok
        }
    }

    /// It only looks at the store.
    var isReading: Bool {
        switch self {
        case .read, .list, .filter: true
        case .create, .update, .delete, .status: false
        }
    }
}

/// What a default command has done: its value and how to take it back.
struct CommandEffect {
    var value: JSONValue?
    var undo: EngineUndo?
}

extension DefaultCommand {
    /// Carries out a command that only looks at the store; nil for the others.
    func look(_ call: CommandCall, in store: any EngineReader) throws -> CommandEffect? {
        switch self {
        case .read:
            CommandEffect(value: .object(try Self.existing(call.id, in: store).value))
        case .list:
            CommandEffect(value: .array(try store.resources().map { .object($0.value) }))
        case .filter:
            CommandEffect(
                value: .array(try store.resources().filter { call.inputs.matches($0.value) }.map { .object($0.value) })
            )
        case .create, .update, .delete, .status:
            nil
        }
    }

    /// Carries out a command. `repeating`: what is there may be overwritten, what is gone may be deleted.
    ///
    /// - Throws: ``Refusal`` 404 or 409, before anything was changed; errors of the store.
    func perform(_ call: CommandCall, repeating: Bool, in store: any EngineTransaction) throws -> CommandEffect {
        if let effect = try look(call, in: store) { return effect }
        return switch self {
        case .create: try Self.create(call, repeating: repeating, in: store)
        case .delete: try Self.delete(call, repeating: repeating, in: store)
        case .status: try Self.merge(["status": call.inputs["status"] ?? .null], into: call.id, in: store)
        default: try Self.merge(call.inputs, into: call.id, in: store)
        }
    }

    private static func existing(_ id: String?, in store: any EngineReader) throws -> EngineResource {
        guard let id else { throw Refusal.missingInput("id") }
        guard let resource = try store.resource(id) else { throw Refusal.notFound(id) }
        return resource
    }

    private static func create(
        _ call: CommandCall,
        repeating: Bool,
        in store: any EngineTransaction
    ) throws -> CommandEffect {
        guard let id = call.id else { throw Refusal.missingInput("id") }
        let old = try store.resource(id)
        if old != nil && !repeating { throw Refusal.exists(id) }
        var value: JSONObject = ["id": .string(id)]
        for (name, input) in call.inputs { value[name] = input }
        let new = try store.put(value, id: id)
        return CommandEffect(
            value: .object(new.value),
            undo: old.map { .restore($0, overwritten: true) } ?? .remove(id: id)
        )
    }

    private static func delete(
        _ call: CommandCall,
        repeating: Bool,
        in store: any EngineTransaction
    ) throws -> CommandEffect {
        do {
            let old = try existing(call.id, in: store)
            try store.removeResource(old.id)
            return CommandEffect(value: .object(old.value), undo: .restore(old, overwritten: false))
        } catch let refusal as Refusal where refusal.status == .notFound && repeating {
            return CommandEffect()
        }
    }

    private static func merge(
        _ changes: JSONObject,
        into id: String?,
        in store: any EngineTransaction
    ) throws -> CommandEffect {
        let old = try existing(id, in: store)
        var value = old.value
        var before: JSONObject = [:]
        var added: [String] = []
        for (name, new) in changes {
            if let present = value[name] { before[name] = present } else { added.append(name) }
            value[name] = new
        }
        try store.put(value, id: old.id)
        return CommandEffect(value: .object(value), undo: .restoreMembers(id: old.id, before: before, added: added))
    }
}

extension JSONObject {
    /// Whether every criterion holds for `resource`: a string is contained, in any case; another value is equal.
    fileprivate func matches(_ resource: JSONObject) -> Bool {
        allSatisfy { name, criterion in
            guard let value = resource[name] else { return false }
            guard let part = criterion.stringValue else { return value == criterion }
            return value.stringValue?.lowercased().contains(part.lowercased()) ?? false
        }
    }
}
