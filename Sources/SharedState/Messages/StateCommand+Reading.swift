import Bus
import JSON

extension StateCommand {
    /// Reads the body of a `patch`, whose content type says which of the three forms it has.
    ///
    /// - Throws: a 400 problem that says what is wrong.
    static func patch(_ body: StateBody, contentType: String?) throws(Problem) -> StateCommand {
        switch contentType.map(StateBody.essence) {
        case "application/json-patch+json": .patch(try jsonPatch(body))
        case "application/merge-patch+json": .mergePatch(try body.object())
        default: try operation(body)
        }
    }

    /// How many operations a patch may have: 10,000. Each may move all that comes after it in an array.
    private static let operationLimit = 10_000

    private static func jsonPatch(_ body: StateBody) throws(Problem) -> JSONPatch {
        let json = try body.json()
        guard json.arrayValue?.count ?? 0 <= operationLimit else {
            throw Problem(.badRequest, "A JSON Patch may have \(operationLimit) operations at most.")
        }
        do throws(JSONPatchError) {
            return try JSONPatch(json)
        } catch {
            throw Problem(.badRequest, error.description, members: error.members)
        }
    }

    /// Reads `{ "op": "merge" | "add", … }`.
    private static func operation(_ body: StateBody) throws(Problem) -> StateCommand {
        let object = try body.object()
        guard let name = object["op"] else { throw Problem(.badRequest, "'op' is missing.") }
        switch name.stringValue {
        case "merge": return .merge(try members(in: object))
        case "add": return try addition(object)
        default: throw Problem(.badRequest, "'op' must be 'merge' or 'add', not \(name.shortened).")
        }
    }

    private static func members(in object: JSONObject) throws(Problem) -> JSONObject {
        guard let value = object["value"] else { throw Problem(.badRequest, "'value' is missing.") }
        guard let members = value.objectValue else {
            throw Problem(.badRequest, "'value' must be an object to be merged.")
        }
        return members
    }

    private static func addition(_ object: JSONObject) throws(Problem) -> StateCommand {
        let path = try path(in: object)
        guard let value = object["value"] else { throw Problem(.badRequest, "'value' is missing.") }
        return .add(value, at: path)
    }

    private static func path(in object: JSONObject) throws(Problem) -> JSONPointer {
        guard let text = object["path"]?.stringValue else {
            throw Problem(.badRequest, "'path' is missing or no string.")
        }
        guard let pointer = try? JSONPointer(text), !text.isEmpty, !pointer.tokens.contains("") else {
            throw Problem(
                .badRequest,
                "'path' must be a JSON Pointer that starts with '/' and has no empty segment, not '\(text)'.",
                members: ["pointer": "/path"]
            )
        }
        return pointer
    }
}
