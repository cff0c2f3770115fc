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
            form("cancel", "POST", links.job("{id}/cancel{?revert}"), input: reason, output: standing),
            form("pause", "POST", links.job("{id}/pause"), input: reason, output: standing),
            form("resume", "POST", links.job("{id}/resume"), input: reason, output: standing),
            form("undo-plan", "GET", links.job("{id}/undo{?to}"), input: nil, output: plan),
            form("undo", "POST", links.job("{id}/undo{?to,force}"), input: nil, output: standing),
            form("explain", "GET", links.job("{id}/explain"), input: nil, output: explanation),
            form("inbox", "GET", links.path("/inbox{?limit,cursor}"), input: nil, output: [item]),
            form("settle", "POST", links.path("/inbox/{id}"), input: settlement, output: settled),
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
    private static let reason: JSONValue = ["reason": "string?"]
    private static let standing: JSONValue = ["jobId": "string", "status": "string"]
    private static let plan: JSONValue = [
        "jobId": "string", "to": "number?", "state": "object?",
        "tasks": [
            [
                "step": "number", "stepName": "string?", "task": "number", "name": "string?", "tag": "string?",
                "service": "string", "requestId": "string",
                "grade": "reversible | irreversible | undone | changed | unknown", "reason": "string?",
                "changedBy": "object?",
            ]
        ],
    ]
    private static let explanation: JSONValue = [
        "waitingFor": "string", "since": "string", "nextRetryAt": "string?", "owner": "string?", "sentence": "string",
    ]
    private static let item: JSONValue = [
        "id": "string", "jobId": "string", "step": "number?", "task": "number?", "name": "string?", "tag": "string?",
        "service": "string?", "requestId": "string?", "state": "string?", "error": "string", "since": "string",
        "attempts": "number",
    ]
    private static let settlement: JSONValue = ["action": "retry | dismiss", "note": "string?"]
    private static let settled: JSONValue = [
        "id": "string", "action": "string", "jobId": "string", "status": "string",
    ]
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
