import Gateway
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Testing

/// Section 5 of the contract for services that only speak HTTP: the gateway calls them for the bus.
@Suite(.timeLimit(.minutes(1))) struct HTTPServiceContractTests {
    private func register(_ url: String, _ platform: TestPlatform, ping: String? = nil) async throws -> String {
        var body: JSONValue = ["serviceName": "plain", "serviceURL": .string(url), "tags": ["plain"]]
        body["pingURL"] = ping.map(JSONValue.string)
        let answer = try await platform.api.post("/register", body)
        return try #require(try answer.json["registryID"]?.stringValue, "\(answer.status) \(answer.text)")
    }

    private static let echo: HTTPService.Handler = { seen in
        HTTPService.json(["path": .string(seen.path), "got": try JSONValue(parsing: seen.body)])
    }

    @Test func theLinkThatAServiceGivesIsCalled() async throws {
        let routes: [String: HTTPService.Handler] = [
            "GET /api/forms": { _ in
                HTTPService.json([
                    ["rel": "execute", "method": "POST", "href": "/api/run"],
                    ["rel": "revert", "method": "POST", "href": "undo"],
                ])
            },
            "POST /api/run": Self.echo, "POST /api/undo": Self.echo, "POST /api/repeat": Self.echo,
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { service, url in
                let id = try await register(url + "/api", platform)
                for (rel, path) in [("execute", "/api/run"), ("revert", "/api/undo"), ("repeat", "/api/repeat")] {
                    let answer = try await platform.api.post("/services/plain/\(rel)", ["n": 1])
                    #expect(answer.status == 200, "\(answer.text)")
                    #expect(try answer.json == ["path": .string(path), "got": ["n": 1]])
                }
                let byID = try await platform.api.post("/services/\(id)/execute", ["n": 2])
                #expect(try byID.json["got"] == ["n": 2])
                #expect(service.seen.count { $0.path == "/api/forms" } == 1, "the forms are asked for once")
            }
        }
    }

    @Test func aServiceWithoutFormsIsCalledAtTheUsualPaths() async throws {
        try await withPlatform { platform in
            try await HTTPService.run(["POST /execute": Self.echo]) { service, url in
                _ = try await register(url, platform)
                let answer = try await platform.api.post("/services/plain/execute", ["n": 1])
                #expect(try answer.json["path"] == "/execute")
                #expect(service.seen.last?.headers[.contentType] == "application/json")
                try #require(try await platform.api.post("/services/plain/revert", [:]).status == 404)
            }
        }
    }

    @Test func aJobUsesAPlainHTTPService() async throws {
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { seen in HTTPService.json(["doubled": try JSONValue(parsing: seen.body)["text"] ?? .null])
            }
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { service, url in
                _ = try await register(url, platform)
                let state = "\(platform.api.baseURL)/state/plain-job"
                let job: JSONValue = [
                    "name": "plain", "sharedStateURL": .string(state),
                    "steps": [["tasks": [["tag": "plain", "input": ["text": "x"], "storeResultAt": "/out"]]]],
                ]
                let answer = try await platform.api.post("/run-job", job)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(try await platform.api.get("/state/plain-job").json["out"] == ["doubled": "x"])
                let sent = try JSONValue(parsing: try #require(service.seen.last).body)
                #expect(sent["requestId"]?.stringValue != nil)
            }
        }
    }

    @Test func whatTheServiceAnswersComesBackAsItIs() async throws {
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { _ in
                Response(
                    status: .conflict,
                    headers: [.contentType: "text/plain; charset=utf-8", .retryAfter: "7"],
                    body: .init(byteBuffer: ByteBuffer(string: "not now"))
                )
            }
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform)
                let answer = try await platform.api.post("/services/plain/execute", [:])
                #expect(answer.status == 409)
                #expect(answer.text == "not now")
                #expect(answer.header("content-type") == "text/plain; charset=utf-8")
                #expect(answer.header("retry-after") == "7")
            }
        }
    }

    @Test func aServiceIsPinged() async throws {
        let routes: [String: HTTPService.Handler] = [
            "GET /alive": { _ in HTTPService.json(["status": "ok"]) },
            "GET /forms": { _ in HTTPService.json([]) },
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform, ping: url + "/alive")
                #expect(try await platform.api.get("/services/plain/ping").status == 200)
                #expect(try await platform.api.get("/services/plain/forms").json == [])
            }
        }
    }

    @Test func aServiceThatIsNotThereIsABadGateway() async throws {
        try await withPlatform { platform in
            // Port 1 is reserved; nobody listens there.
            _ = try await register("http://127.0.0.1:1", platform)
            let answer = try await platform.api.post("/services/plain/execute", [:])
            let sentence = try answer.expectError(502)
            #expect(sentence.contains("http://127.0.0.1:1"))
        }
    }

    @Test func aServiceThatDoesNotAnswerInTimeIsAGatewayTimeout() async throws {
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { _ in
                try await Task.sleep(for: .seconds(60))
                return HTTPService.json([:])
            }
        ]
        try await withPlatform {
            // Long enough for the registration on a machine that is busy.
            $0.requestTimeout = .seconds(2)
        } _: { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform)
                try await platform.api.post("/services/plain/execute", [:]).expectError(504)
            }
        }
    }

    @Test func aRedirectIsFollowedOnlyToTheSameHost() async throws {
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { _ in Response(status: .temporaryRedirect, headers: [.location: "/moved"]) },
            "POST /moved": Self.echo,
            "POST /repeat": { _ in
                Response(status: .temporaryRedirect, headers: [.location: "http://localhost:1/away"])
            },
            "POST /revert": { _ in Response(status: .temporaryRedirect, headers: [.location: "/revert"]) },
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform)
                #expect(try await platform.api.post("/services/plain/execute", [:]).json["path"] == "/moved")
                try await platform.api.post("/services/plain/repeat", [:]).expectError(502)
                try await platform.api.post("/services/plain/revert", [:]).expectError(502)
            }
        }
    }

    @Test func aLinkToAHostThatNobodyRegisteredIsNotCalled() async throws {
        let routes: [String: HTTPService.Handler] = [
            "GET /forms": { _ in HTTPService.json([["rel": "execute", "href": "http://localhost:1/steal"]]) }
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform)
                let sentence = try await platform.api.post("/services/plain/execute", [:]).expectError(502)
                #expect(sentence.contains("http://localhost:1"))
            }
        }
    }

    @Test func anAnswerThatIsTooLargeIsABadGateway() async throws {
        let routes: [String: HTTPService.Handler] = [
            "POST /execute": { _ in
                Response(status: .ok, body: .init(byteBuffer: ByteBuffer(repeating: 0x20, count: 9 * 1024 * 1024)))
            }
        ]
        try await withPlatform { platform in
            try await HTTPService.run(routes) { _, url in
                _ = try await register(url, platform)
                try await platform.api.post("/services/plain/execute", [:]).expectError(502)
            }
        }
    }

    @Test func theTraceAndTheRequestIDGoOutToTheService() async throws {
        try await withPlatform { platform in
            try await HTTPService.run(["POST /execute": Self.echo]) { service, url in
                _ = try await register(url, platform)
                let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
                _ = try await platform.api.post("/services/plain/execute", [:], ["traceparent": trace])
                let seen = try #require(service.seen.last)
                #expect(seen.headers[.traceparent]?.contains("4bf92f3577b34da6a3ce929d0e0e4736") == true)
                #expect(seen.headers[.traceparent] != trace, "the service's span is a child of the caller's")
            }
        }
    }
}
