import Bus
import JSON
import Testing

@testable import SharedState

@Suite struct StateCreationTests {
    private let desk = StateDesk()

    @Test func aDocumentIsMadeUnderItsIDWhichLeavesTheContent() async throws {
        let reply = try await desk.ask(
            "create",
            nil,
            ["a": 1, "id": "ein Weg/ü", "b": 2],
            [Annotations.baseURL: "http://localhost:8080"]
        )
        let url = "http://localhost:8080/state/ein%20Weg%2F%C3%BC"
        #expect(reply.status == .created)
        #expect(reply.annotations[Annotations.location] == url)
        #expect(try reply.json() == ["stateURL": .string(url), "id": "ein Weg/ü", "version": 1])
        #expect(try await desk.content("ein Weg/ü") == #"{"a":1,"b":2}"#)
    }

    @Test func withoutABaseLinksArePaths() async throws {
        let reply = try await desk.ask("create", nil, ["id": "one"])
        #expect(try reply.json()["stateURL"] == "/state/one")
    }

    @Test func anEmptyBodyMakesAnEmptyDocumentWithANewID() async throws {
        let id = try #require(try await desk.ask("create").json()["id"]?.stringValue)
        #expect(id.utf8.count == 36)
        #expect(try await desk.content(id) == "{}")
    }

    @Test func aSecondOneWithTheSameIDIs409() async throws {
        _ = try await desk.ask("create", nil, ["id": "one", "a": 1])
        let problem = try await desk.refusal("create", nil, ["id": "one", "a": 2])
        #expect(problem == Problem(.conflict, "A state document with the id 'one' already exists."))
        #expect(try await desk.content("one") == #"{"a":1}"#)
    }

    @Test(arguments: ["[]", "1", "null", "\"a\"", "{", "nonsense", #"{"id":7}"#, #"{"id":""}"#, #"{"id":null}"#])
    func aBodyThatIsNoObjectOrHasABadIDIs400(_ text: String) async throws {
        let problem = await #expect(throws: Problem.self) { try await desk.send("create", nil, Array(text.utf8)) }
        #expect(problem?.status == .badRequest)
    }

    @Test func aFaultInTheBodyIsNamedByItsPlace() async throws {
        let problem = await #expect(throws: Problem.self) { try await desk.send("create", nil, Array(#"{"a":}"#.utf8)) }
        #expect(problem?.sentence == "The body is not JSON: Expected a value, found '}' at byte 5.")
        #expect(problem?.members == ["offset": 5])
    }

    @Test(arguments: ["__proto__", "constructor", "a/b", "?", "..", " ", "\n", "é", "e\u{301}"])
    func anyTextIsAnID(_ id: String) async throws {
        _ = try await desk.ask("create", nil, ["id": .string(id), "v": .string(id)])
        #expect(try await desk.ask("read", id).json() == ["v": .string(id)])
    }

    @Test func idsAreTheirBytes() async throws {
        _ = try await desk.ask("create", nil, ["id": "\u{E9}"])
        #expect(try await desk.refusal("read", "e\u{301}")?.status == .notFound)
    }

    @Test func anIDHasALongestLength() async throws {
        let longest = String(repeating: "x", count: 1024)
        #expect(try await desk.refusal("create", nil, ["id": .string(longest)]) == nil)
        #expect(try await desk.refusal("create", nil, ["id": .string(longest + "x")])?.status == .badRequest)
    }
}
