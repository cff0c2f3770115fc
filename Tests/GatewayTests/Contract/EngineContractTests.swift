import JSON
import NIOHTTP1
import Testing

/// Section 5 of the contract for services on the bus: by their name on the port for everything, and at the root of
/// a port of their own.
@Suite(.timeLimit(.minutes(1))) struct EngineContractTests {
    private func message(_ command: String, _ others: JSONObject = [:]) -> JSONValue {
        var message: JSONObject = ["command": .string(command), "resource": "person"]
        for (name, value) in others { message[name] = value }
        return .object(message)
    }

    @Test func theSevenCommandsAreAnswered() async throws {
        try await withPlatform { platform in
            let api = platform.api
            func execute(_ command: String, _ others: JSONObject = [:]) async throws -> TestAnswer {
                try await api.post("/services/person/execute", message(command, others))
            }
            let made = try await execute("create", ["id": "1", "payload": ["name": "Ada"]])
            #expect(made.status == 201)
            #expect(try made.json["result"]?["name"] == "Ada")
            #expect(try await execute("read", ["id": "1"]).json["result"]?["id"] == "1")
            #expect(try await execute("update", ["id": "1", "payload": ["email": "a@b.org"]]).status == 200)
            #expect(
                try await execute("status", ["id": "1", "payload": ["status": "active"]]).json["result"]?["status"]
                    == "active"
            )
            #expect(try await execute("list").json["result"]?.arrayValue?.count == 1)
            #expect(try await execute("filter", ["payload": ["name": "aD"]]).json["result"]?.arrayValue?.count == 1)
            let deleted = try await execute("delete", ["id": "1"])
            #expect(deleted.status == 204)
            #expect(deleted.bytes.isEmpty)
            try await execute("read", ["id": "1"]).expectError(404, "Resource not found: 1")
        }
    }

    @Test func whatIsWrongWithACommandIsSaidInTheContractsWords() async throws {
        try await withPlatform { platform in
            let api = platform.api
            func refused(_ body: JSONValue, _ status: Int, _ sentence: String? = nil) async throws {
                try await api.post("/services/person/execute", body).expectError(status, sentence)
            }
            try await refused([], 400, "Invalid command message format")
            try await refused(["command": "fly", "resource": "person"], 400, "Unknown command: fly")
            try await refused(["command": "list", "resource": "tree"], 400, "Unsupported resource: tree")
            try await refused(message("create", ["payload": [:]]), 400, "Missing required input: name")
            try await refused(
                message("create", ["payload": ["name": "A", "status": "odd"]]),
                400,
                "Invalid value for 'status': 'odd'. Must be one of [active, inactive]"
            )
            _ = try await api.post(
                "/services/person/execute",
                message("create", ["id": "1", "payload": ["name": "A"]])
            )
            try await refused(
                message("create", ["id": "1", "payload": ["name": "A"]]),
                409,
                "Resource with ID '1' already exists."
            )
            try await refused(message("read"), 400)
        }
    }

    @Test func whatWasDoneIsRepeatedOnceAndReverted() async throws {
        try await withPlatform { platform in
            let create = message(
                "create",
                ["id": "1", "payload": ["name": "Ada"], "requestId": "0190a000-0000-7000-8000-000000000001"]
            )
            let api = TestAPI(http: platform.http, baseURL: platform.api.baseURL + "/services/person")
            let first = try await api.post("/execute", create)
            let again = try await api.post("/repeat", ["requestId": "0190a000-0000-7000-8000-000000000001"])
            #expect(again.status == first.status)
            #expect(again.bytes == first.bytes)
            let reverted = try await api.post("/revert", create)
            #expect(reverted.status == 200)
            try await api.post("/execute", message("read", ["id": "1"])).expectError(404)
            let unknown = try await api.post("/revert", ["requestId": "0190a000-0000-7000-8000-00000000000f"])
            #expect(unknown.status == 200)
            #expect(try unknown.json == ["status": "noop"])
            try await api.post("/execute", message("list", ["requestId": "0190a000-0000-7000-8000-00000000000f"]))
                .expectError(409)
        }
    }

    @Test func aServiceTellsHowItIsCalled() async throws {
        try await withPlatform { platform in
            let forms = try #require(try await platform.api.get("/services/person/forms").json.arrayValue)
            let execute = try #require(forms.first { $0["rel"] == "execute" })
            #expect(execute["method"] == "POST")
            let href = try #require(execute["href"]?.stringValue)
            #expect(href == platform.api.baseURL + "/services/person/execute")
            #expect(execute["commands"]?.arrayValue?.isEmpty == false)
            let answer = try await TestAPI(http: platform.http, baseURL: href).post("", message("list"))
            #expect(try answer.json["result"] == [])
        }
    }

    @Test func anEngineHasAPortOfItsOwn() async throws {
        try await withPlatform { platform in
            let api = platform.api(of: "person")
            #expect(try await api.get("/ping").json == ["status": "ok"])
            #expect(try await api.get("/").json["name"] == "person")
            #expect(try await api.post("/execute", message("list")).status == 200)
            #expect(try await api.post("/repeat", message("list")).status == 200)
            #expect(try await api.post("/revert", ["requestId": "0190a000-0000-7000-8000-00000000000e"]).status == 200)
            let inspection = try await api.post("/inspect", ["requestId": "0190a000-0000-7000-8000-00000000000e"])
            #expect(try inspection.json["grade"] == "undone")
            let href = try await api.get("/forms").json[0]?["href"]?.stringValue
            #expect(href?.hasPrefix(api.baseURL) == true)
        }
    }

    @Test func anyServiceOnTheBusIsCalledByItsName() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/services/service-a/execute", ["input": "hi"])
            #expect(answer.status == 200)
            #expect(try answer.json == ["result": "HI"])
            try await platform.api.post("/services/service-a/execute", ["input": 7])
                .expectError(400, "Input must be a string")
            #expect(try await platform.api.get("/services/service-a/ping").json == ["status": "ok"])
            #expect(try await platform.api.get("/services/service-a/").json["name"] == "service-a")
            #expect(try await platform.api.get("/services/job-control/health").json["status"] == "ok")
        }
    }

    @Test(arguments: ["execute", "repeat", "revert", "inspect"])
    func aBodyThatIsNotJSONIsRefusedBeforeAnybodySeesIt(_ rel: String) async throws {
        try await withPlatform { platform in
            try await platform.api.text(.POST, "/services/service-b/\(rel)", "{").expectError(400)
        }
    }
}
