import JSON
import NIOHTTP1
import Testing

/// Section 3 of the contract, over HTTP through gateway, broker and service.
@Suite(.timeLimit(.minutes(1))) struct StateContractTests {
    private let patchTypes = ["application/json", "application/json-patch+json", "application/merge-patch+json"]

    @Test func aDocumentIsMadeAndItsIDIsTakenOut() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.post("/state", ["id": "order 7/x", "a": 1])
            #expect(answer.status == 201)
            let url = try #require(try answer.json["stateURL"]?.stringValue)
            #expect(url == platform.api.baseURL + "/state/order%207%2Fx")
            #expect(answer.header("location")?.hasSuffix("/state/order%207%2Fx") == true)
            #expect(try await platform.api.get("/state/order%207%2Fx").json == ["a": 1])
            #expect(try await TestAPI(http: platform.http, baseURL: url).get("").json == ["a": 1])
        }
    }

    @Test func anIDThatExistsIsAConflict() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x"])
            try await platform.api.post("/state", ["id": "x"]).expectError(409)
        }
    }

    @Test func anEmptyBodyMakesAnEmptyDocument() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.send(.POST, "/state")
            #expect(answer.status == 201)
            let id = try #require(try answer.json["id"]?.stringValue)
            #expect(try await platform.api.get("/state/\(id)").json == [:])
        }
    }

    @Test(arguments: ["[]", "7", "\"x\"", "null", "{", "{\"a\":}", #"{"id":7}"#, #"{"id":""}"#])
    func aBodyThatIsNoObjectIsRefused(_ body: String) async throws {
        try await withPlatform { platform in
            try await platform.api.text(.POST, "/state", body).expectError(400)
        }
    }

    @Test func numbersAndTheOrderOfMembersSurviveExactly() async throws {
        try await withPlatform { platform in
            let text = #"{"z":9223372036854775807,"a":0.10000000000000000000001,"__proto__":{"x":-0},"m":1.0}"#
            let made = try await platform.api.text(.PUT, "/state/exact", text)
            #expect(made.status == 201)
            #expect(try await platform.api.get("/state/exact").text == text)
        }
    }

    @Test func aReadTellsVersionAndTimeAndIsNotRepeatedForWhoHasIt() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "a": 1])
            let read = try await platform.api.get("/state/x")
            #expect(read.status == 200)
            #expect(read.header("content-type") == "application/json")
            let tag = try #require(read.header("etag"))
            #expect(tag == "\"1\"")
            #expect(read.header("last-modified")?.hasSuffix(" GMT") == true)
            let again = try await platform.api.get("/state/x", ["if-none-match": tag])
            #expect(again.status == 304)
            #expect(again.bytes.isEmpty)
            #expect(again.header("etag") == tag)
            #expect(try await platform.api.get("/state/x", ["if-none-match": "\"9\""]).status == 200)
            try await platform.api.get("/state/nothing").expectError(404)
        }
    }

    @Test func theMetadataIsAskedForByItself() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "a": 1])
            let meta = try await platform.api.get("/state/x?meta").json
            #expect(meta["id"] == "x")
            #expect(meta["createdAt"]?.stringValue?.hasSuffix("Z") == true)
            #expect(meta["lastModified"]?.stringValue?.hasSuffix("Z") == true)
            #expect(meta["a"] == nil)
            try await platform.api.get("/state/nothing?meta").expectError(404)
        }
    }

    @Test func aPartIsReadByItsPointer() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "a": ["b": [1, 2]]])
            #expect(try await platform.api.get("/state/x?path=/a/b/1").json == 2)
            try await platform.api.get("/state/x?path=/a/c").expectError(404)
            try await platform.api.get("/state/x?path=a").expectError(400)
        }
    }

    @Test func aPostMergesItsMembersAndMakesWhatIsMissing() async throws {
        try await withPlatform { platform in
            for (body, content) in [(["a": 1], ["a": 1]), (["b": 2], ["a": 1, "b": 2])] as [(JSONValue, JSONValue)] {
                let answer = try await platform.api.post("/state/x", body)
                #expect(answer.status == 200)
                #expect(try answer.json["status"] == "updated")
                #expect(try answer.json["state"]?["content"] == content)
                #expect(try answer.json["state"]?["id"] == "x")
            }
            try await platform.api.text(.POST, "/state/x", "[]").expectError(400)
            try await platform.api.text(.POST, "/state/x", "{").expectError(400)
        }
    }

    @Test func aPatchMerges() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.send(
                .PATCH,
                "/state/x",
                body: ["op": "merge", "value": ["a": ["b": 1]]]
            )
            #expect(answer.status == 200)
            #expect(try answer.json["status"] == "merged")
            #expect(try answer.json["state"]?["content"] == ["a": ["b": 1]])
            try await platform.api.send(.PATCH, "/state/x", body: ["op": "merge", "value": 7]).expectError(400)
        }
    }

    @Test func aPatchAddsAndMakesTheObjectsOnTheWay() async throws {
        try await withPlatform { platform in
            let add: JSONValue = ["op": "add", "path": "/a/b/c", "value": 1]
            try await platform.api.send(.PATCH, "/state/x", body: add).expectError(404)
            _ = try await platform.api.post("/state", ["id": "x"])
            let answer = try await platform.api.send(
                .PATCH,
                "/state/x",
                body: ["op": "add", "path": "/a/b/c", "value": 1]
            )
            #expect(answer.status == 200)
            #expect(try answer.json["status"] == "patched")
            _ = try await platform.api.send(.PATCH, "/state/x", body: ["op": "add", "path": "/list", "value": [1]])
            _ = try await platform.api.send(.PATCH, "/state/x", body: ["op": "add", "path": "/list/-", "value": 2])
            #expect(try await platform.api.get("/state/x").json == ["a": ["b": ["c": 1]], "list": [1, 2]])
        }
    }

    @Test(arguments: [
        #"{"op":"add","path":"/","value":1}"#, #"{"op":"add","path":"/a//b","value":1}"#,
        #"{"op":"add","path":"a","value":1}"#, #"{"op":"add","path":"/a"}"#, #"{"op":"remove","path":"/a"}"#,
        #"{"op":"add","path":"/list/name","value":1}"#, #"{"op":"add","path":"/list/9","value":1}"#, #"{}"#, "{", "[]",
        "7",
    ])
    func aPatchThatIsNotValidIsRefused(_ body: String) async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "list": [1]])
            try await platform.api.text(.PATCH, "/state/x", body).expectError(400)
            #expect(try await platform.api.get("/state/x").json == ["list": [1]])
        }
    }

    @Test func theStandardPatchesAreTaken() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "a": 1, "b": 2])
            let patch = #"[{"op":"test","path":"/a","value":1},{"op":"move","from":"/a","path":"/c"}]"#
            let patched = try await platform.api.text(.PATCH, "/state/x", patch, type: "application/json-patch+json")
            #expect(patched.status == 200, "\(patched.text)")
            let again = try await platform.api.text(.PATCH, "/state/x", patch, type: "application/json-patch+json")
            try again.expectError(409)
            let merged = try await platform.api.text(
                .PATCH,
                "/state/x",
                #"{"b":null}"#,
                type: "Application/Merge-Patch+JSON; charset=utf-8"
            )
            #expect(merged.status == 200)
            #expect(try await platform.api.get("/state/x").json == ["c": 1])
        }
    }

    @Test func aWriteThatNamesAnotherVersionFails() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x"])
            let stale = try await platform.api.send(.PUT, "/state/x", ["if-match": "\"9\""], body: ["a": 1])
            try stale.expectError(412)
            let fresh = try await platform.api.send(.PUT, "/state/x", ["if-match": "\"1\""], body: ["a": 1])
            #expect(fresh.status == 200)
            #expect(try await platform.api.get("/state/x").json == ["a": 1])
        }
    }

    @Test func aDocumentIsDeletedAndNobodyMindsIfItIsGone() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x"])
            for _ in 1...2 { #expect(try await platform.api.delete("/state/x").status == 204) }
            try await platform.api.get("/state/x").expectError(404)
        }
    }

    @Test func theDocumentsAreListedWithTheirLinks() async throws {
        try await withPlatform { platform in
            #expect(try await platform.api.get("/state").json == [])
            _ = try await platform.api.post("/state", ["id": "x y"])
            let list = try #require(try await platform.api.get("/state/").json.arrayValue)
            #expect(list.count == 1)
            #expect(list.first?["id"] == "x y")
            #expect(list.first?["rel"] == "item")
            #expect(list.first?["href"]?.stringValue == platform.api.baseURL + "/state/x%20y")
            #expect(list.first?["lastModified"]?.stringValue != nil)
        }
    }

    @Test func everyChangeIsInTheHistory() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x y", "a": 1])
            _ = try await platform.api.post("/state/x%20y", ["b": 2])
            _ = try await platform.api.delete("/state/x%20y")
            let history = try #require(try await platform.api.get("/state/x%20y/history").json.arrayValue)
            #expect(history.map { $0["version"] } == [1, 2, 3])
            #expect(history.map { $0["patch"]?[0]?["op"] } == ["add", "add", "remove"])
            #expect(history.allSatisfy { $0["time"]?.stringValue?.hasSuffix("Z") == true })
            #expect(history.allSatisfy { $0["author"] != nil })
            let since = try await platform.api.get("/state/x%20y/history?since=1&limit=1")
            #expect(try since.json.arrayValue?.map { $0["version"] } == [2])
            #expect(since.header("link")?.contains("/state/x%20y/history?since=2&limit=1") == true)
            #expect(try await platform.api.get("/state/x%20y/history?since=3").json == [])
            try await platform.api.get("/state/x%20y/history?since=x").expectError(400)
            try await platform.api.get("/state/nothing/history").expectError(404)
            try await platform.api.send(.POST, "/state/x%20y/history").expectError(405)
        }
    }

    @Test func aChangeWithAnIdempotencyKeyIsMadeOnce() async throws {
        try await withPlatform { platform in
            _ = try await platform.api.post("/state", ["id": "x", "list": []])
            let add: JSONValue = ["op": "add", "path": "/list/-", "value": 1]
            for _ in 1...2 {
                let answer = try await platform.api.send(.PATCH, "/state/x", ["idempotency-key": "k1"], body: add)
                #expect(answer.status == 200)
                #expect(answer.header("etag") == "\"2\"")
            }
            #expect(try await platform.api.get("/state/x").json == ["list": [1]])
        }
    }

    @Test func sharedStateHasAPortOfItsOwn() async throws {
        try await withPlatform { platform in
            let api = platform.api(of: "shared-state")
            #expect(try await api.get("/ping").json == ["status": "ok"])
            #expect(try await api.get("/").json["name"] == "shared-state")
            #expect(try await api.get("/").json["version"]?.stringValue != nil)
            #expect(try await api.get("/health").json["timestamp"]?.stringValue?.hasSuffix("Z") == true)
            #expect(try await api.get("/forms").json.arrayValue?.isEmpty == false)
            let url = try #require(try await api.post("/state", ["id": "x"]).json["stateURL"]?.stringValue)
            #expect(url == api.baseURL + "/state/x")
        }
    }
}
