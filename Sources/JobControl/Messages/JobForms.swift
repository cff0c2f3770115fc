import JSON

/// What can be asked of job-control over HTTP, for `forms`.
enum JobForms {
    /// Every form, with its link.
    static func all(_ links: JobLinks) -> JSONValue {
        [
            form("run-job", "POST", links.path("/run-job"), input: document, output: outcome),
            form("jobs", "GET", links.jobs, input: nil, output: [row]),
            form("job", "GET", links.job("{id}"), input: nil, output: job),
            form("history", "GET", links.job("{id}/history{?since,limit}"), input: nil, output: history),
            form("replay", "POST", links.job("{id}/replay{?from}"), input: patch, output: replay),
            form(
                "filter",
                "GET",
                links.path("/filter{?name,status,createdAt,completedAt,limit,cursor,order}"),
                input: filter,
                output: [row]
            ),
            form("ping", "GET", links.path("/ping"), input: nil, output: ["status": "string"]),
            form("forms", "GET", links.path("/forms"), input: nil, output: [["rel": "string", "href": "string"]]),
        ]
    }

    private static func form(
        _ rel: String,
        _ method: String,
        _ href: String,
        input: JSONValue,
        output: JSONValue
    ) -> JSONValue {
        ["rel": .string(rel), "method": .string(method), "href": .string(href), "input": input, "output": output]
    }

    private static let document: JSONValue = [
        "jobId": "string?", "name": "string?", "description": "string?", "sharedStateURL": "string?",
        "sharedState": "object?",
        "steps": [
            [
                "name": "string?", "mode": "execute | parallel | sequential | repeat | revert", "enabled": "boolean?",
                "skipReason": "string?",
                "tasks": [
                    [
                        "name": "string?", "tag": "string", "serviceName": "string?", "enabled": "boolean?",
                        "input": "object?",
                        "storeResultAt": [
                            ["targetPath": "string", "sourcePath": "string?", "onlyOnStatus": "[number]?"]
                        ],
                    ]
                ],
            ]
        ],
    ]

    private static let outcome: JSONValue = ["jobId": "string", "status": "string?", "error": "object?"]
    private static let patch: JSONValue = [["op": "string", "path": "string", "from": "string?", "value": "any?"]]
    private static let replay: JSONValue = ["jobId": "string", "parent": "string"]
    private static let filter: JSONValue = [
        "name": "string?", "status": "string?", "createdAt": "string?", "completedAt": "string?",
    ]
    private static let row: JSONValue = [
        "id": "string", "status": "string", "name": "string?", "createdAt": "string", "completedAt": "string?",
        "steps": "number", "error": "string?", "rel": "string", "href": "string",
    ]
    private static let job: JSONValue = [
        "id": "string", "status": "string", "name": "string?", "createdAt": "string", "completedAt": "string?",
        "steps": "number", "error": "string?", "failedTask": "string?", "parent": "string?",
        "progress": [["name": "string?", "status": "string", "tasks": [progress]]], "rel": "string", "href": "string",
    ]
    private static let progress: JSONValue = [
        "name": "string?", "tag": "string", "status": "string", "service": "string?", "worker": "string?",
        "attempt": "number?", "requestId": "string?", "startedAt": "string?", "endedAt": "string?", "error": "string?",
    ]
    private static let history: JSONValue = [
        "jobId": "string", "status": "string", "documentHash": "string", "parent": "string?", "more": "boolean",
        "entries": [["sequence": "number", "type": "string", "time": "string", "data": "object", "payload": "any?"]],
    ]
}
