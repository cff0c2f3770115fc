public import JSON

/// How the effect of a command is taken back. Only what the command itself changed is touched.
public enum EngineUndo: Sendable, Hashable {
    /// The command made the resource: remove it.
    case remove(id: String)

    /// The command changed members of the resource: give those in `before` their old values and take away the `added`.
    case restoreMembers(id: String, before: JSONObject, added: [String])

    /// The command removed the resource, or wrote over it: put it back as it was.
    case restore(EngineResource, overwritten: Bool)
}

extension EngineUndo {
    /// The resource that it is about.
    var resourceID: String {
        switch self {
        case .remove(let id), .restoreMembers(let id, _, _): id
        case .restore(let resource, _): resource.id
        }
    }

    var json: JSONValue {
        switch self {
        case .remove(let id):
            return ["do": "remove", "id": .string(id)]
        case .restoreMembers(let id, let before, let added):
            let names = added.map(JSONValue.string)
            return ["do": "restoreMembers", "id": .string(id), "before": .object(before), "added": .array(names)]
        case .restore(let resource, let overwritten):
            return [
                "do": "restore", "id": .string(resource.id), "position": JSONValue(resource.position),
                "value": .object(resource.value), "overwritten": .bool(overwritten),
            ]
        }
    }

    init(json: JSONValue) throws(EngineStoreError) {
        let damaged = EngineStoreError("a receipt's undo is damaged: \(json["id"] ?? .null)")
        guard let id = json["id"]?.stringValue else { throw damaged }
        switch json["do"]?.stringValue {
        case "remove":
            self = .remove(id: id)
        case "restoreMembers":
            guard let before = json["before"]?.objectValue, let added = json["added"]?.arrayValue else { throw damaged }
            self = .restoreMembers(id: id, before: before, added: added.compactMap(\.stringValue))
        case "restore":
            guard let position = json["position"]?.intValue, let value = json["value"]?.objectValue else {
                throw damaged
            }
            let resource = EngineResource(id: id, position: Int64(position), value: value)
            self = .restore(resource, overwritten: json["overwritten"]?.boolValue ?? false)
        default:
            throw damaged
        }
    }
}
