import Bus
import Gateway
import JSON
import NIOHTTP1
import Testing

/// What each path of the jobs asks of job-control, on the port for everything and on job-control's own.
@Suite(.timeLimit(.minutes(1))) struct JobRouteTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        var method: HTTPMethod
        var path: String
        var body: String?
        var operation: String
        var annotations: [String: String]
        var testDescription: String { "\(method) \(path)" }

        init(
            _ method: HTTPMethod,
            _ path: String,
            _ operation: String,
            _ annotations: [String: String],
            body: String? = nil
        ) {
            self.method = method
            self.path = path
            self.body = body
            self.operation = operation
            self.annotations = annotations
        }
    }

    static let samples = [
        Sample(.GET, "/jobs?limit=2&cursor=c&order=desc", "list", ["limit": "2", "cursor": "c", "order": "desc"]),
        Sample(.GET, "/jobs/7", "job", ["id": "7"]),
        Sample(.GET, "/jobs/7/history?since=3&limit=9", "history", ["id": "7", "since": "3", "limit": "9"]),
        Sample(.GET, "/jobs/7/explain", "explain", ["id": "7"]),
        Sample(
            .POST,
            "/jobs/7/cancel?revert=false",
            "cancel",
            ["id": "7", "revert": "false"],
            body: #"{"reason":"r"}"#
        ),
        Sample(.POST, "/jobs/7/cancel", "cancel", ["id": "7"]),
        Sample(.POST, "/jobs/7/pause", "pause", ["id": "7"], body: #"{"reason":"r"}"#),
        Sample(.POST, "/jobs/7/resume", "resume", ["id": "7"]),
        Sample(.GET, "/jobs/7/undo?to=a%20b", "undo-plan", ["id": "7", "to": "a b"]),
        Sample(.POST, "/jobs/7/undo?to=1&force=true", "undo", ["id": "7", "to": "1", "force": "true"]),
        Sample(.POST, "/jobs/7/undo?force=", "undo", ["id": "7", "force": "true"]),
        Sample(.POST, "/jobs/7/undo?force", "undo", ["id": "7", "force": "true"]),
        Sample(.GET, "/inbox?limit=2&cursor=c", "inbox", ["limit": "2", "cursor": "c"]),
        Sample(.POST, "/inbox/7.0.1", "settle", ["id": "7.0.1"], body: #"{"action":"retry"}"#),
        Sample(.POST, "/jobs/7/replay?from=ship", "replay", ["id": "7", "from": "ship"], body: #"[]"#),
    ]

    /// Answers with what was asked.
    private static func echo(_ request: BusRequest) -> BusReply {
        var annotations: JSONObject = [:]
        for name in request.annotations.names { annotations[name] = JSONValue(request.annotations[name]) }
        return .json([
            "operation": .string(request.operation), "annotations": .object(annotations),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ])
    }

    @Test func everyPathAsksItsOperation() async throws {
        try await withJobControl(handler: { Self.echo($0) }) { main, own, _, _ in
            for sample in Self.samples {
                for api in [main, own] {
                    let answer =
                        try await sample.body == nil
                        ? api.send(sample.method, sample.path)
                        : api.text(sample.method, sample.path, sample.body ?? "")
                    let asked = try answer.json
                    #expect(asked["operation"]?.stringValue == sample.operation, "\(sample.testDescription)")
                    var expected = sample.annotations
                    expected["base-url"] = api.baseURL
                    expected["client"] = "http/127.0.0.1"
                    if sample.body != nil { expected["content-type"] = "application/json" }
                    let annotations = asked["annotations"]?.objectValue ?? [:]
                    #expect(annotations.count == expected.count, "\(sample.testDescription): \(annotations)")
                    for (name, value) in expected {
                        #expect(annotations[name]?.stringValue == value, "\(sample.testDescription): \(name)")
                    }
                    #expect(asked["body"]?.stringValue == sample.body ?? "", "\(sample.testDescription)")
                }
            }
        }
    }

    @Test func whoAsksIsNotWhatTheClientSaysOfItself() async throws {
        try await withJobControl(handler: { Self.echo($0) }) { api, _, _, _ in
            let headers = ["from": "boss@example.com", "user-agent": "boss", "forwarded": "for=192.0.2.7"]
            let asked = try await api.send(.POST, "/jobs/7/pause", headers).json
            #expect(asked["annotations"]?["client"] == "http/127.0.0.1")
        }
    }

    @Test func aTrustedProxySaysWhoItsClientIs() async throws {
        try await withJobControl {
            $0.trustedProxies = [AddressRange("127.0.0.1")].compactMap(\.self)
        } handler: {
            Self.echo($0)
        } _: { api, _, _, _ in
            let named = try await api.send(.POST, "/jobs/7/pause", ["forwarded": "for=192.0.2.7"]).json
            #expect(named["annotations"]?["client"] == "http/192.0.2.7")
            let hidden = try await api.send(.POST, "/jobs/7/pause", ["forwarded": "for=_hidden"]).json
            #expect(hidden["annotations"]?["client"] == "http/127.0.0.1")
        }
    }

    @Test(arguments: ["/jobs/7/undo?force=yes", "/jobs/7/undo?force=1", "/jobs/7/cancel?revert=no"])
    func aFlagIsTrueOrFalse(_ path: String) async throws {
        try await withJobControl(handler: { Self.echo($0) }) { api, _, _, _ in
            try await api.send(.POST, path).expectError(400)
        }
    }

    @Test(
        arguments: [
            (nil, "run", nil), ("respond-async", "submit", nil), ("wait=5", "run", "5"), ("wait=\"7\"", "run", "7"),
            ("Respond-Async, wait=5", "run", "5"), ("wait=x", "run", nil),
            ("wait=99999999999999999999", "run", "86400"),
            ("handling=lenient; wait=3", "run", nil),
        ] as [(String?, String, String?)]
    )
    func preferSaysHowLongTheEndIsWaitedFor(_ prefer: String?, _ operation: String, _ wait: String?) async throws {
        try await withJobControl(handler: { Self.echo($0) }) { api, _, _, _ in
            let headers = prefer.map { ["prefer": $0] } ?? [:]
            let asked = try await api.post("/run-job", ["steps": []], headers).json
            #expect(asked["operation"]?.stringValue == operation)
            #expect(asked["annotations"]?["wait"]?.stringValue == wait)
        }
    }

    @Test(
        arguments: [
            (202, "respond-async", "respond-async"), (202, "wait=5, respond-async", "respond-async, wait=5"),
            (202, "wait=5", "wait=5"), (200, "wait=5, respond-async", "wait=5"), (400, "respond-async", nil),
            (200, "handling=lenient", nil),
        ] as [(UInt16, String, String?)]
    )
    func whatOfItWasAppliedIsSaid(_ status: UInt16, _ prefer: String, _ applied: String?) async throws {
        try await withJobControl(handler: { _ in .json([:], status: Status(rawValue: status)) }) { api, _, _, _ in
            let answer = try await api.post("/run-job", ["steps": []], ["prefer": prefer])
            #expect(answer.header("preference-applied") == applied)
        }
    }

    @Test func theKeyOfASubmissionReachesJobControl() async throws {
        try await withJobControl(handler: { Self.echo($0) }) { api, _, _, _ in
            let asked = try await api.post("/run-job", ["steps": []], ["idempotency-key": "k"]).json
            #expect(asked["annotations"]?["idempotency-key"] == "k")
        }
    }

    @Test func aLimitIsAnswered429WithTheTimeToComeAgain() async throws {
        let handler: BusWorker.Handler = { _ in
            var reply = Problem(.tooManyRequests, "Too many jobs wait").reply
            reply.annotations[Annotations.retryAfter] = "3"
            return reply
        }
        try await withJobControl(handler: handler) { api, _, _, _ in
            let answer = try await api.post("/run-job", ["steps": []])
            try answer.expectError(429, "Too many jobs wait")
            #expect(answer.header("retry-after") == "3")
        }
    }

    @Test func theWayToTheNextPageIsPassed() async throws {
        let link = "<http://h/jobs?cursor=7>; rel=\"next\""
        let handler: BusWorker.Handler = { _ in .json([], annotations: ["link": link]) }
        try await withJobControl(handler: handler) { api, _, _, _ in
            for path in ["/jobs", "/inbox"] {
                let answer = try await api.get(path)
                #expect(answer.header("link") == link)
            }
        }
    }

    @Test(arguments: [
        ("/jobs/7/cancel", "POST, OPTIONS"), ("/jobs/7/undo", "GET, POST, HEAD, OPTIONS"),
        ("/inbox", "GET, HEAD, OPTIONS"),
    ])
    func aWrongMethodIsToldTheRightOnes(_ path: String, _ allow: String) async throws {
        try await withJobControl(handler: { Self.echo($0) }) { api, _, _, _ in
            let answer = try await api.send(.PUT, path)
            try answer.expectError(405)
            #expect(answer.header("allow") == allow)
        }
    }
}
