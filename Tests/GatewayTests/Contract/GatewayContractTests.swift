import Bus
import Gateway
import JSON
import NIOHTTP1
import Synchronization
import Testing

/// Section 7 of the contract, and section 1's links: what the gateway itself says.
@Suite(.timeLimit(.minutes(1))) struct GatewayContractTests {
    @Test func thePortForEverythingHasPathsOfItsOwn() async throws {
        try await withPlatform { platform in
            #expect(try await platform.api.get("/ping").json == ["status": "ok"])
            #expect(try await platform.api.get("/").json["name"] == "gateway")
            #expect(try await platform.api.get("/health").json["timestamp"]?.stringValue?.hasSuffix("Z") == true)
            let forms = try #require(try await platform.api.get("/forms").json.arrayValue)
            #expect(forms.contains { $0["href"]?.stringValue == platform.api.baseURL + "/run-job" })
            #expect(try await platform.api.get("/healthz").status == 200)
            #expect(try await platform.api.get("/readyz").status == 200)
        }
    }

    @Test(arguments: ["/nowhere", "/jobs/1/2/3", "/services/person/fly", "/state/a/b"])
    func anUnknownPathIsNotFound(_ path: String) async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.get(path)
            try answer.expectError(404)
            #expect(try answer.json["instance"]?.stringValue == path)
        }
    }

    @Test(arguments: [
        (HTTPMethod.GET, "/register", "POST, OPTIONS"), (.DELETE, "/jobs", "GET, HEAD, OPTIONS"),
        (.PUT, "/services/person/execute", "POST, OPTIONS"), (.POST, "/ping", "GET, HEAD, OPTIONS"),
        (.DELETE, "/state", "POST, GET, HEAD, OPTIONS"), (.TRACE, "/run-job", "POST, OPTIONS"),
        (.PROPFIND, "/find", "GET, HEAD, OPTIONS"),
    ])
    func aMethodThatAPathDoesNotHaveIsNamedWithThoseThatItHas(
        _ method: HTTPMethod,
        _ path: String,
        _ allow: String
    ) async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.send(method, path)
            try answer.expectError(405)
            #expect(answer.header("allow") == allow)
        }
    }

    @Test func optionsTellsTheMethodsAndHeadTheHeaders() async throws {
        try await withPlatform { platform in
            let options = try await platform.api.send(.OPTIONS, "/state/x")
            #expect(options.status == 204)
            #expect(options.header("allow") == "GET, POST, PATCH, PUT, DELETE, HEAD, OPTIONS")
            try await platform.api.send(.OPTIONS, "/nowhere").expectError(404)
            _ = try await platform.api.post("/state", ["id": "x", "a": 1])
            let head = try await platform.api.send(.HEAD, "/state/x")
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.header("content-length") == "7")
            #expect(head.header("etag") == "\"1\"")
        }
    }

    @Test func aBodyOverTheLimitIsTooLarge() async throws {
        try await withPlatform {
            $0.bodyLimit = 1000
        } _: { platform in
            let large = String(repeating: "a", count: 1000)
            try await platform.api.post("/state", ["a": .string(large)]).expectError(413)
            #expect(try await platform.api.post("/state", ["a": .string(String(large.prefix(900)))]).status == 201)
        }
    }

    @Test func aChunkedBodyOverTheLimitIsTooLarge() async throws {
        try await withPlatform {
            $0.bodyLimit = 1000
        } _: { platform in
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send(
                    "POST /state HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n"
                        + String(repeating: " ", count: 1000) + "\r\n7d0\r\n"
                        + String(repeating: " ", count: 2000) + "\r\n"
                )
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 413 "), "\(answer)")
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func theLargestBodyThatIsAllowedPassesBothWays() async throws {
        try await withPlatform { platform in
            try await platform.withWorker("echo") {
                BusReply(body: $0.body)
            } _: {
                let text = String(repeating: "a", count: 8 * 1024 * 1024 - 8)
                let answer = try await platform.api.text(.POST, "/services/echo/execute", "{\"a\":\"\(text)\"}")
                #expect(answer.status == 200, "\(answer.text.prefix(300))")
                #expect(answer.bytes.count == 8 * 1024 * 1024)
                let larger = try await platform.api.text(.POST, "/services/echo/execute", "{\"a\":\"\(text)x\"}")
                try larger.expectError(413)
            }
        }
    }

    @Test(arguments: [
        "text/plain", "application/x-www-form-urlencoded", "application/json-patch+json", "application/xml",
    ])
    func aBodyOfAnotherContentTypeIsNotTaken(_ type: String) async throws {
        try await withPlatform { platform in
            for path in ["/state", "/register", "/run-job", "/services/person/execute"] {
                let answer = try await platform.api.text(.POST, path, "{}", type: type)
                try answer.expectError(415)
                #expect(answer.header("accept") == "application/json")
            }
        }
    }

    @Test(arguments: [
        "application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;v=1",
    ])
    func jsonIsTakenInAnyCaseAndWithParameters(_ type: String) async throws {
        try await withPlatform { platform async throws in
            #expect(try await platform.api.text(.POST, "/state", "{}", type: type).status == 201)
        }
    }

    @Test func aBodyWithoutAContentTypeIsReadAsJSON() async throws {
        try await withPlatform { platform async throws in
            #expect(try await platform.api.send(.POST, "/state", bytes: Array("{}".utf8)).status == 201)
        }
    }

    @Test func aCompressedBodyIsNotTaken() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.send(.POST, "/state", ["content-encoding": "gzip"], bytes: [1, 2, 3])
            try answer.expectError(415)
        }
    }

    @Test(arguments: [
        "/register", "/renew", "/unregister", "/bind", "/unbind", "/state", "/state/x", "/run-job",
        "/services/person/execute",
    ])
    func aBodyThatIsNotJSONIsABadRequest(_ path: String) async throws {
        try await withPlatform { platform in
            for body in ["{", "{\"a\":1,}", "\u{FEFF}{}", "nothing"] {
                try await platform.api.text(.POST, path, body).expectError(400)
            }
        }
    }

    @Test(arguments: ["/state/%", "/state/%zz", "/find?tag=%f", "/services/%ff/ping"])
    func malformedPercentEncodingIsABadRequest(_ path: String) async throws {
        try await withPlatform { platform in
            // An HTTP client would repair it.
            let answer = try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send("GET \(path) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                connection.finishSending()
                return try await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.contains("percent-encoding"))
        }
    }

    @Test func aServiceThatHasNoWorkerIsUnavailable() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/services/nobody/execute", [:])
            let sentence = try answer.expectError(503)
            #expect(sentence.contains("nobody"))
            #expect(answer.header("retry-after") == "1")
        }
    }

    @Test func aNameThatNoServiceCanHaveIsNotFound() async throws {
        try await withPlatform { platform in
            for name in [String(repeating: "a", count: 256), "a%0Ab", "a%00"] {
                try await platform.api.post("/services/\(name)/execute", [:]).expectError(404)
            }
        }
    }

    @Test func aServiceThatDoesNotAnswerInTimeIsAGatewayTimeout() async throws {
        try await withPlatform {
            $0.requestTimeout = .milliseconds(200)
        } _: { platform in
            try await platform.withWorker("slow") { _ in
                try await Task.sleep(for: .seconds(60))
                return .empty()
            } _: {
                let sentence = try await platform.api.post("/services/slow/execute", [:]).expectError(504)
                #expect(sentence.contains("slow"))
            }
        }
    }

    @Test func aServiceThatFailsIsAnInternalServerError() async throws {
        struct Fault: Error {}
        try await withPlatform { platform in
            try await platform.withWorker("broken") { _ in
                throw Fault()
            } _: {
                try await platform.api.post("/services/broken/execute", [:]).expectError(500)
            }
        }
    }

    @Test func aStatusThatIsNoneOfHTTPsIsABadGateway() async throws {
        try await withPlatform { platform in
            try await platform.withWorker("odd") { _ in
                BusReply(status: 99)
            } _: {
                try await platform.api.post("/services/odd/execute", [:]).expectError(502)
            }
        }
    }

    @Test func everyAnswerCarriesARequestID() async throws {
        try await withPlatform { platform in
            for path in ["/ping", "/nowhere", "/state/nothing"] {
                #expect(try await platform.api.get(path).header("x-request-id")?.count == 36)
                let echoed = try await platform.api.get(path, ["x-request-id": "order-7/a"])
                #expect(echoed.header("x-request-id") == "order-7/a")
            }
            for insane in ["a b", String(repeating: "a", count: 129), "ä"] {
                let answer = try await platform.api.get("/ping", ["x-request-id": insane])
                #expect(answer.header("x-request-id")?.count == 36)
            }
            #expect(try await platform.api.get("/ping").header("date")?.hasSuffix(" GMT") == true)
        }
    }

    @Test func aProblemIsCalledOneForWhoAcceptsIt() async throws {
        try await withPlatform { platform in
            for path in ["/nowhere", "/state/nothing"] {
                let answer = try await platform.api.get(path, ["accept": "application/json, application/problem+json"])
                #expect(answer.header("content-type") == "application/problem+json")
                #expect(try answer.json["instance"]?.stringValue == path)
                #expect(
                    try await platform.api.get(path, ["accept": "*/*"]).header("content-type") == "application/json"
                )
            }
        }
    }

    @Test func linksStartWithWhatTheClientAsked() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.send(
                .POST,
                "/state",
                ["host": "platform.example:81"],
                body: ["id": "x"]
            )
            #expect(try answer.json["stateURL"] == "http://platform.example:81/state/x")
            let forwarded = ["forwarded": "for=192.0.2.1;proto=https;host=api.example"]
            let believed = try await platform.api.post("/state", ["id": "y"], forwarded)
            #expect(try believed.json["stateURL"]?.stringValue == platform.api.baseURL + "/state/y")
            let bad = try await platform.api.get("/services", ["host": "evil\"host"])
            try bad.expectError(400)
        }
    }

    @Test func aTrustedProxySaysWhatTheClientAsked() async throws {
        try await withPlatform {
            $0.trustedProxies = ["127.0.0.1"].compactMap { AddressRange($0) }
        } _: { platform in
            let forwarded = ["forwarded": "for=192.0.2.1;proto=https;host=api.example"]
            let answer = try await platform.api.post("/state", ["id": "y"], forwarded)
            #expect(try answer.json["stateURL"] == "https://api.example/state/y")
        }
    }

    @Test func whatTheServiceSeesIsWhatTheClientSent() async throws {
        let seen = Mutex<BusRequest?>(nil)
        try await withPlatform { platform in
            try await platform.withWorker("spy") { request in
                seen.withLock { $0 = request }
                return .empty(.accepted)
            } _: {
                let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
                let body = #"{ "spaces" : [1.0,  2] }"#
                let answer = try await platform.api.send(
                    .POST,
                    "/services/spy/execute",
                    [
                        "content-type": "application/json; charset=utf-8", "if-match": "\"3\"", "traceparent": trace,
                        "roles": "admin",
                    ],
                    bytes: Array(body.utf8)
                )
                #expect(answer.status == 202)
                let request = try #require(seen.withLock { $0 })
                #expect(request.operation == "execute")
                #expect(String(decoding: request.body, as: UTF8.self) == body)
                #expect(request.annotations["base-url"] == platform.api.baseURL)
                #expect(request.annotations["content-type"] == "application/json; charset=utf-8")
                #expect(request.annotations["if-match"] == "\"3\"")
                #expect(request.annotations["roles"] == nil, "nobody gives roles to himself")
                #expect(request.trace?.traceparent.contains("4bf92f3577b34da6a3ce929d0e0e4736") == true)
                #expect(request.deadline != nil)
            }
        }
    }
}
