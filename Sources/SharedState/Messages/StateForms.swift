import Bus
import JSON

/// What a client may ask of the state service, with links and the shapes of bodies.
enum StateForms {
    static func all(_ request: BusRequest) -> JSONValue {
        let links = StateLinks(request)
        let document = links.all + "/{id}"
        return [
            form(
                "create",
                "POST",
                links.all,
                input: ["id": "string?", "<key>": "any"],
                output: ["stateURL": "string"]
            ),
            form("list", "GET", links.all, output: [["id": "string", "href": "string"]]),
            form("read", "GET", document, output: ["<key>": "any"]),
            form("meta", "GET", document + "?meta", output: ["id": "string", "version": "number"]),
            form("merge", "POST", document, input: ["<key>": "any"], output: state),
            form(
                "patch",
                "PATCH",
                document,
                input: ["op": "merge | add", "path": "string?", "value": "any"],
                output: state
            ),
            form("replace", "PUT", document, input: ["<key>": "any"], output: state),
            form("delete", "DELETE", document),
            form(
                "history",
                "GET",
                document + "/history",
                output: [["version": "number", "time": "string", "author": "string?", "patch": "array?"]]
            ),
        ]
    }

    private static let state: JSONValue = ["status": "string", "state": ["id": "string", "content": "object"]]

    private static func form(
        _ rel: String,
        _ method: String,
        _ href: String,
        input: JSONValue = .null,
        output: JSONValue = .null
    ) -> JSONValue {
        ["rel": .string(rel), "method": .string(method), "href": .string(href), "input": input, "output": output]
    }
}
