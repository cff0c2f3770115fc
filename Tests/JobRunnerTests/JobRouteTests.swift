import Bus
import JobControl
import NIOHTTP1
import Testing

@testable import JobRunner

@Suite struct JobRouteTests {
    private func route(_ operation: String, _ annotations: Annotations = [:], body: String = "") throws -> JobRoute {
        try JobRoute(JobQuestion(operation, annotations, body: Array(body.utf8), patience: .seconds(1)))
    }

    @Test(
        arguments: [
            ("job", ["id": "7"], "GET /jobs/7"),
            ("list", ["limit": "2", "cursor": "a/b", "order": "desc"], "GET /jobs?limit=2&cursor=a%2Fb&order=desc"),
            ("history", ["id": "7", "since": "3"], "GET /jobs/7/history?since=3"),
            ("explain", ["id": "7"], "GET /jobs/7/explain"),
            ("cancel", ["id": "7", "revert": "false"], "POST /jobs/7/cancel?revert=false"),
            ("pause", ["id": "7"], "POST /jobs/7/pause"), ("resume", ["id": "7"], "POST /jobs/7/resume"),
            ("replay", ["id": "7", "from": "two words"], "POST /jobs/7/replay?from=two%20words"),
            ("undo-plan", ["id": "7", "to": "1"], "GET /jobs/7/undo?to=1"),
            ("undo", ["id": "7", "to": "1", "force": "true"], "POST /jobs/7/undo?to=1&force=true"),
            ("inbox", ["limit": "5"], "GET /inbox?limit=5"), ("settle", ["id": "7.0.1"], "POST /inbox/7.0.1"),
            ("job", ["id": "a/b?c"], "GET /jobs/a%2Fb%3Fc"),
        ] as [(String, [String: String], String)]
    )
    func everyQuestionHasItsPath(_ operation: String, _ named: [String: String], _ expected: String) throws {
        var annotations: Annotations = [:]
        for (name, value) in named { annotations[name] = value }
        let route = try route(operation, annotations)
        #expect("\(route.method.rawValue) \(route.path)" == expected)
    }

    @Test func aSubmissionDoesNotWaitForItsEnd() throws {
        let route = try route("submit", ["idempotency-key": "k"], body: "{}")
        #expect(route.path == "/run-job")
        #expect(route.headers["prefer"] == ["respond-async"])
        #expect(route.headers["idempotency-key"] == ["k"])
        #expect(route.headers["content-type"] == ["application/json"])
    }

    @Test func aFilterIsInTheQuery() throws {
        let route = try route("filter", ["limit": "2"], body: #"{"name":"a b"}"#)
        #expect(route.path == "/filter?limit=2&name=a%20b")
        #expect(route.headers.isEmpty)
    }

    @Test func aPatchSaysWhatItIs() throws {
        #expect(try route("replay", body: "[]").headers["content-type"] == ["application/json-patch+json"])
    }

    @Test func whatHTTPDoesNotHaveIsRefused() {
        #expect(throws: RunnerFailure.self) { try route("events", ["id": "7"]) }
    }
}
