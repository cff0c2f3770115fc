import JSON

/// What can be asked of discovery over HTTP, for `forms` and `endpoints`.
struct Affordance: Sendable {
    let rel: String
    let method: String
    let path: String
    let input: JSONValue
    let output: JSONValue

    /// With its relation and link, as `forms` lists it.
    func form(baseURL: String) -> JSONValue {
        [
            "rel": .string(rel), "method": .string(method), "href": .string(baseURL + path), "input": input,
            "output": output,
        ]
    }

    /// Without its relation, as `endpoints` lists it.
    func endpoint(baseURL: String) -> JSONValue {
        ["method": .string(method), "url": .string(baseURL + path), "input": input, "output": output]
    }
}

extension Affordance {
    static let all = [
        Affordance(
            rel: "register",
            method: "POST",
            path: "/register",
            input: [
                "serviceName": "string", "serviceURL": "string", "tags": "[string]?", "semanticProfile": "string?",
                "mediaTypes": "[string]?", "pingURL": "string?",
            ],
            output: ["registryID": "string"]
        ),
        Affordance(
            rel: "renew",
            method: "POST",
            path: "/renew",
            input: ["registryID": "string"],
            output: ["status": "string"]
        ),
        Affordance(
            rel: "unregister",
            method: "POST",
            path: "/unregister",
            input: ["registryID": "string?", "serviceURL": "string?", "tag": "string?"],
            output: ["status": "string?"]
        ),
        Affordance(rel: "remove", method: "DELETE", path: "/services/{registryID}", input: nil, output: nil),
        Affordance(
            rel: "find",
            method: "GET",
            path: "/find{?tag,profile,mediaType}",
            input: ["tag": "string?", "profile": "string?", "mediaType": "string?"],
            output: [entry]
        ),
        Affordance(
            rel: "services",
            method: "GET",
            path: "/services{?detail}",
            input: ["detail": "boolean?"],
            output: ["{serviceName}": "string"]
        ),
        Affordance(rel: "service", method: "GET", path: "/services/{idOrName}", input: nil, output: entry),
        Affordance(
            rel: "bind",
            method: "POST",
            path: "/bind",
            input: ["sourceRegistryID": "string", "targetRegistryID": "string"],
            output: ["bindingID": "string"]
        ),
        Affordance(
            rel: "unbind",
            method: "POST",
            path: "/unbind",
            input: ["bindingID": "string"],
            output: nil
        ),
        Affordance(rel: "bindings", method: "GET", path: "/bindings", input: nil, output: [binding]),
        Affordance(rel: "binding", method: "GET", path: "/bindings/{bindingID}", input: nil, output: binding),
        Affordance(
            rel: "endpoints",
            method: "GET",
            path: "/endpoints",
            input: nil,
            output: [["method": "string", "url": "string", "input": "object?", "output": "any"]]
        ),
        Affordance(
            rel: "forms",
            method: "GET",
            path: "/forms",
            input: nil,
            output: [["rel": "string", "method": "string", "href": "string", "input": "object?", "output": "any"]]
        ),
        Affordance(rel: "ping", method: "GET", path: "/ping", input: nil, output: ["status": "string"]),
    ]

    private static let entry: JSONValue = [
        "registryID": "string", "serviceName": "string", "serviceURL": "string", "tags": "[string]",
        "semanticProfile": "string?", "mediaTypes": "[string]", "pingURL": "string?", "lastRenewed": "string",
        "lastSeen": "string", "health": "string", "instances": "number", "contract": "string",
    ]

    private static let binding: JSONValue = [
        "bindingID": "string", "sourceRegistryID": "string", "targetRegistryID": "string", "createdAt": "string",
    ]
}
