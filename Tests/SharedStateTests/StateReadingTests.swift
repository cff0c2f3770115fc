import Bus
import JSON
import Testing

@testable import SharedState

@Suite struct StateReadingTests {
    private let desk = StateDesk()

    @Test func aDocumentIsReadAsItWasWritten() async throws {
        let text =
            #"{"z":12345678901234567890,"a":1.0,"d":0.10000000000000000000001,"__proto__":{"x":-0},"id":"inner"}"#
        _ = try await desk.send("merge", "one", Array(text.utf8))
        let reply = try await desk.ask("read", "one")
        #expect(reply.status == .ok)
        #expect(String(decoding: reply.body, as: UTF8.self) == text)
        #expect(reply.annotations[Annotations.etag] == "\"1\"")
        #expect(reply.annotations[Annotations.lastModified] == "2026-01-31T09:15:00.123Z")
    }

    @Test func whatIsNotThereIs404() async throws {
        for operation in ["read", "meta"] {
            let problem = try await desk.refusal(operation, "none")
            #expect(problem == Problem(.notFound, "State document not found: none"))
        }
    }

    @Test func metaShowsWhatContentDoesNot() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        let meta = try await desk.ask("meta", "one").json()
        #expect(
            meta == [
                "id": "one", "createdAt": "2026-01-31T09:15:00.123Z", "lastModified": "2026-01-31T09:15:00.123Z",
                "version": 1, "bytes": 7,
            ]
        )
        #expect(try await desk.content("one") == #"{"a":1}"#)
    }

    @Test(arguments: ["\"1\"", "W/\"1\"", "\"0\", \"1\"", "*", "1"])
    func aReaderWhoHasTheVersionGets304(_ tag: String) async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let reply = try await desk.ask("read", "one", nil, [Annotations.ifNoneMatch: tag])
        #expect(reply.status == .notModified)
        #expect(reply.body.isEmpty)
        #expect(reply.annotations[Annotations.etag] == "\"1\"")
    }

    @Test func aReaderWhoHasAnotherVersionGetsTheContent() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let reply = try await desk.ask("read", "one", nil, [Annotations.ifNoneMatch: "\"2\""])
        #expect(reply.status == .ok)
    }

    @Test(arguments: [("", #"{"a":{"b/c":[1,null]}}"#), ("/a/b~1c", "[1,null]"), ("/a/b~1c/1", "null")])
    func aPathGivesTheValueThere(_ path: String, _ value: String) async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": ["b/c": [1, nil]]])
        let reply = try await desk.ask("read", "one", nil, ["path": path])
        #expect(String(decoding: reply.body, as: UTF8.self) == value)
        #expect(reply.annotations[Annotations.etag] == "\"1\"")
    }

    @Test func aPathIntoNothingIs404AndABadOne400() async throws {
        _ = try await desk.ask("create", nil, ["id": "one"])
        let missing = try await desk.refusal("read", "one", nil, ["path": "/a"])
        #expect(missing == Problem(.notFound, "There is no value at '/a' in the state document 'one'."))
        let bad = try await desk.refusal("read", "one", nil, ["path": "a"])
        #expect(bad?.status == .badRequest)
    }

    @Test(arguments: ["read", "meta", "merge", "patch", "replace", "delete"])
    func anEmptyIDIs400(_ operation: String) async throws {
        let body: JSONValue = ["op": "merge", "value": [:]]
        #expect(try await desk.refusal(operation, "", body)?.status == .badRequest)
    }

    @Test func theCommonOperationsAreThere() async throws {
        #expect(try await desk.ask("ping").json() == ["status": "ok"])
        #expect(try await desk.ask("about").json() == ["name": "shared-state", "version": "1.2.3"])
        #expect(try await desk.ask("health").json()["status"] == "ok")
        let forms = try await desk.ask("forms", nil, nil, [Annotations.baseURL: "http://h:1"]).json()
        #expect(forms[0]?["href"] == "http://h:1/state")
        #expect(try await desk.refusal("fly")?.status == .notFound)
    }
}
