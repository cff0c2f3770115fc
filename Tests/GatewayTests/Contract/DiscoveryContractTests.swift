import JSON
import NIOHTTP1
import Testing

/// Section 2 of the contract, over HTTP through gateway, broker and service.
@Suite(.timeLimit(.minutes(1))) struct DiscoveryContractTests {
    private func registration(_ name: String, url: String = "http://127.0.0.1:9") -> JSONValue {
        ["serviceName": .string(name), "serviceURL": .string(url), "tags": ["t-\(name)"]]
    }

    private func register(_ body: JSONValue, _ api: TestAPI) async throws -> String {
        let answer = try await api.post("/register", body)
        return try #require(try answer.json["registryID"]?.stringValue, "\(answer.text)")
    }

    @Test func aServiceRegistersAndIsToldItsID() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/register", registration("a"))
            #expect(answer.status == 201)
            let id = try #require(try answer.json["registryID"]?.stringValue)
            #expect(answer.header("location") == "/services/\(id)")
            #expect(try answer.json == ["registryID": .string(id)])
        }
    }

    @Test func theSameURLAgainUpdatesTheEntry() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            let again = try await platform.api.post("/register", registration("b"))
            #expect(again.status == 200)
            #expect(try again.json["registryID"]?.stringValue == id)
            #expect(try await platform.api.get("/services/\(id)").json["serviceName"] == "b")
        }
    }

    @Test func theOldSpellingsOfTagAndPingURLAreTaken() async throws {
        try await withPlatform { platform in
            let body: JSONValue = [
                "tag": "old", "serviceURL": "http://127.0.0.1:9/x", "pingUrl": "http://127.0.0.1:9/x/ping",
            ]
            let id = try await register(body, platform.api)
            let entry = try await platform.api.get("/services/\(id)").json
            #expect(entry["serviceName"] == "old")
            #expect(entry["tags"] == ["old"])
            #expect(entry["pingURL"] == "http://127.0.0.1:9/x/ping")
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"serviceName":"a"}"#, #"{"serviceURL":"http://h"}"#,
        #"{"serviceName":"a","serviceURL":"/relative"}"#,
        #"{"serviceName":"a","serviceURL":"ftp://h"}"#, #"{"serviceName":"a","serviceURL":"http://h","tags":"t"}"#,
        #"{"serviceName":"a","serviceURL":"http://h","tags":[1]}"#,
        #"{"serviceName":"a","serviceURL":"http://h","mediaTypes":{}}"#, "[]", "7", "{", "",
    ])
    func aRegistrationThatIsNotValidIsRefused(_ body: String) async throws {
        try await withPlatform { platform in
            try await platform.api.text(.POST, "/register", body).expectError(400)
        }
    }

    @Test func aRegistrationIsRenewed() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            let answer = try await platform.api.post("/renew", ["registryID": .string(id)])
            #expect(answer.status == 200)
            #expect(try answer.json == ["status": "renewed"])
            try await platform.api.post("/renew", ["registryID": "nobody"]).expectError(404)
            try await platform.api.post("/renew", [:]).expectError(400)
        }
    }

    @Test func aServiceUnregistersByItsID() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            let answer = try await platform.api.post("/unregister", ["registryID": .string(id)])
            #expect(answer.status == 204)
            #expect(answer.bytes.isEmpty)
            #expect(answer.header("content-length") == nil)
            try await platform.api.post("/unregister", ["registryID": .string(id)]).expectError(404)
            try await platform.api.get("/services/\(id)").expectError(404)
        }
    }

    @Test func aServiceUnregistersByItsURLAndNobodyMindsIfItIsUnknown() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            for _ in 1...2 {
                let answer = try await platform.api.post("/unregister", ["serviceURL": "http://127.0.0.1:9"])
                #expect(answer.status == 200)
                #expect(try answer.json == ["status": "unregistered"])
            }
            try await platform.api.get("/services/\(id)").expectError(404)
            try await platform.api.post("/unregister", [:]).expectError(400)
        }
    }

    @Test func anEntryIsDeletedByItsPath() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            #expect(try await platform.api.delete("/services/\(id)").status == 204)
            try await platform.api.delete("/services/\(id)").expectError(404)
        }
    }

    @Test func everyFilterThatIsGivenMustHold() async throws {
        try await withPlatform { platform in
            var first = registration("first")
            first["tags"] = ["shared", "one"]
            first["semanticProfile"] = "https://example.org/profiles/text#v1"
            first["mediaTypes"] = ["text/csv"]
            let firstID = try await register(first, platform.api)
            var second = registration("second", url: "http://127.0.0.1:10")
            second["tags"] = ["shared"]
            let secondID = try await register(second, platform.api)

            func found(_ query: String) async throws -> [String?] {
                let answer = try await platform.api.get("/find?\(query)")
                #expect(answer.status == 200)
                return try answer.json.arrayValue?.map { $0["registryID"]?.stringValue } ?? []
            }
            #expect(try await found("tag=shared") == [firstID, secondID])
            #expect(try await found("tag=shared&mediaType=text%2Fcsv") == [firstID])
            #expect(try await found("tag=shared&profile=profiles/text%23") == [firstID])
            #expect(try await found("tag=shared&profile=&mediaType=") == [firstID, secondID])
            #expect(try await found("tag=share") == [])
            #expect(try await found("tag=one&mediaType=text/html") == [])
        }
    }

    @Test func anEntrySaysAllThatTheContractNames() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("a"), platform.api)
            let entry = try #require(try await platform.api.get("/find?tag=t-a").json[0])
            #expect(entry["registryID"]?.stringValue == id)
            #expect(entry["serviceURL"] == "http://127.0.0.1:9")
            #expect(entry["semanticProfile"] == .null)
            #expect(entry["mediaTypes"] == [])
            #expect(entry["pingURL"] == .null)
            for time in ["lastRenewed", "lastSeen"] { #expect(entry[time]?.stringValue?.hasSuffix("Z") == true) }
        }
    }

    @Test func aBusServiceIsListedWithAURLThatWorks() async throws {
        try await withPlatform { platform in
            let entry = try #require(try await platform.api.get("/find?tag=uppercase").json[0])
            #expect(entry["serviceURL"]?.stringValue == platform.api.baseURL + "/services/service-a")
            let onDiscoverysPort = platform.api(of: "discovery")
            let other = try #require(try await onDiscoverysPort.get("/find?tag=uppercase").json[0])
            let url = try #require(other["serviceURL"]?.stringValue)
            #expect(url == onDiscoverysPort.baseURL + "/services/service-a")
            let answer = try await TestAPI(http: platform.http, baseURL: url).post("/execute", ["input": "a"])
            #expect(try answer.json == ["result": "A"])
        }
    }

    @Test func theMapOfServicesHasThePlatformsOwn() async throws {
        try await withPlatform { platform in
            _ = try await register(registration("a"), platform.api)
            let services = try await platform.api.get("/services").json
            #expect(services["a"] == "http://127.0.0.1:9")
            #expect(services["person"]?.stringValue == platform.api.baseURL + "/services/person")
            for name in ["discovery", "shared-state", "job-control"] { #expect(services[name]?.stringValue != nil) }
            #expect(services["http-egress"] == nil)
            let detail = try await platform.api.get("/services?detail").json
            #expect(detail["service-a"]?["tags"] == ["text", "uppercase"])
        }
    }

    @Test func aServiceIsFoundByItsIDOrItsName() async throws {
        try await withPlatform { platform in
            let id = try await register(registration("my service"), platform.api)
            #expect(try await platform.api.get("/services/\(id)").json["serviceName"] == "my service")
            #expect(try await platform.api.get("/services/my%20service").json["registryID"]?.stringValue == id)
            #expect(try await platform.api.get("/services/shared-state").json["tags"] == ["state", "store"])
            try await platform.api.get("/services/nobody").expectError(404)
        }
    }

    @Test func twoServicesAreBoundAndUnbound() async throws {
        try await withPlatform { platform in
            let source = try await register(registration("a"), platform.api)
            let target = try await register(registration("b", url: "http://127.0.0.1:10"), platform.api)
            let body: JSONValue = ["sourceRegistryID": .string(source), "targetRegistryID": .string(target)]
            let bound = try await platform.api.post("/bind", body)
            #expect(bound.status == 201)
            let id = try #require(try bound.json["bindingID"]?.stringValue)
            #expect(bound.header("location") == "/bindings/\(id)")
            #expect(try await platform.api.get("/bindings/\(id)").json["sourceRegistryID"]?.stringValue == source)
            #expect(try await platform.api.get("/bindings").json.arrayValue?.count == 1)
            #expect(try await platform.api.post("/unbind", ["bindingID": .string(id)]).status == 204)
            try await platform.api.post("/unbind", ["bindingID": .string(id)]).expectError(404)
            try await platform.api.get("/bindings/\(id)").expectError(404)
        }
    }

    @Test func aBindingNeedsTwoServicesAndGoesWithEither() async throws {
        try await withPlatform { platform in
            let source = try await register(registration("a"), platform.api)
            let target = try await register(registration("b", url: "http://127.0.0.1:10"), platform.api)
            let nobody: JSONValue = ["sourceRegistryID": .string(source), "targetRegistryID": "nobody"]
            try await platform.api.post("/bind", nobody).expectError(404)
            try await platform.api.post("/bind", ["sourceRegistryID": .string(source)]).expectError(400)
            let body: JSONValue = ["sourceRegistryID": .string(source), "targetRegistryID": .string(target)]
            _ = try await platform.api.post("/bind", body)
            _ = try await platform.api.post("/unregister", ["registryID": .string(target)])
            #expect(try await platform.api.get("/bindings").json == [])
        }
    }

    @Test func theEndpointsAreListed() async throws {
        try await withPlatform { platform in
            let endpoints = try #require(try await platform.api.get("/endpoints").json.arrayValue)
            #expect(
                endpoints.contains {
                    $0["method"] == "POST" && $0["url"]?.stringValue == platform.api.baseURL + "/register"
                }
            )
        }
    }

    @Test func discoveryHasAPortOfItsOwn() async throws {
        try await withPlatform { platform in
            let api = platform.api(of: "discovery")
            #expect(try await api.get("/ping").json == ["status": "ok"])
            #expect(try await api.get("/").json["name"] == "discovery")
            #expect(try await api.get("/health").json["status"] == "ok")
            #expect(try await api.get("/forms").json.arrayValue?.isEmpty == false)
            let id = try await register(registration("a"), api)
            #expect(try await platform.api.get("/services/\(id)").status == 200)
        }
    }
}
