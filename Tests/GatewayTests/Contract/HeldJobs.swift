import Bus
import JSON
import Testing

/// Services whose calls a test holds and lets go, and the jobs that call them: to meet a job in the middle of its life.
struct HeldJobs: Sendable {
    let platform: TestPlatform
    private let calls: AsyncStream<Void>
    private let release: AsyncStream<Void>.Continuation

    /// Runs a worker with the tag `held` for the time of `body`; its reverts are answered at once.
    ///
    /// - Parameter reverting: what a revert is answered with.
    static func with<Result: Sendable>(
        on platform: TestPlatform,
        reverting: @escaping @Sendable () -> BusReply = { .json(["status": "reverted"]) },
        _ body: @escaping @Sendable (HeldJobs) async throws -> Result
    ) async throws -> Result {
        let (calls, called) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        return try await platform.withWorker("held", announcement: ["tags": ["held"]]) { request in
            guard request.operation != "forms" else { return .json([["rel": "execute"], ["rel": "revert"]]) }
            guard request.operation != "revert" else { return reverting() }
            called.yield()
            for await _ in released { break }
            return .json(["result": "done"])
        } _: {
            try await body(HeldJobs(platform: platform, calls: calls, release: release))
        }
    }

    /// Two steps: a person is made, then the held service is called.
    static func document(_ person: String) -> JSONValue {
        [
            "name": "held",
            "steps": [
                [
                    "name": "make",
                    "tasks": [
                        [
                            "tag": "person",
                            "input": [
                                "command": "create", "resource": "person", "id": .string(person),
                                "payload": ["name": "Ada"],
                            ],
                        ]
                    ],
                ],
                ["name": "hold", "tasks": [["tag": "held"]]],
            ],
        ]
    }

    /// Submits the job; returns its id once the held service has been called.
    func submit(_ person: String) async throws -> String {
        let answer = try await platform.api.post("/run-job", Self.document(person), ["prefer": "respond-async"])
        let id = try #require(try answer.json["jobId"]?.stringValue, "\(answer.text)")
        for await _ in calls { break }
        return id
    }

    /// Lets one call go on.
    func letGo() { release.yield() }

    /// Waits for the job's end by its events, and gives them.
    func events(of id: String) async throws -> [JSONValue] {
        try await platform.events(of: id)
    }
}

extension TestPlatform {
    /// A job's events to its end.
    func events(of id: String) async throws -> [JSONValue] {
        try await api.get("/jobs/\(id)/events").text.split(separator: "\n").filter { $0.hasPrefix("data: {") }
            .map { try JSONValue(parsing: String($0.dropFirst(6))) }
    }

    /// Whether the engine has this person.
    func hasPerson(_ id: String) async throws -> Bool {
        let command: JSONValue = ["command": "read", "resource": "person", "id": .string(id)]
        return try await api.post("/services/person/execute", command).status == 200
    }
}
