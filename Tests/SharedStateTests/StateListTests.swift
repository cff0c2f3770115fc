import Bus
import JSON
import Testing

@testable import SharedState

@Suite struct StateListTests {
    private let desk = StateDesk()

    private func make(_ ids: [String]) async throws {
        for id in ids { _ = try await desk.ask("create", nil, ["id": .string(id), "secret": 1]) }
    }

    private func ids(_ reply: BusReply) throws -> [String] {
        try #require(try reply.json().arrayValue).compactMap { $0["id"]?.stringValue }
    }

    @Test func theListHasALinkToEveryDocument() async throws {
        #expect(try await desk.ask("list").json() == [])
        try await make(["b", "a/c"])
        let reply = try await desk.ask("list", nil, nil, [Annotations.baseURL: "http://h"])
        let time: JSONValue = "2026-01-31T09:15:00.123Z"
        #expect(
            try reply.json() == [
                ["id": "a/c", "createdAt": time, "lastModified": time, "rel": "item", "href": "http://h/state/a%2Fc"],
                ["id": "b", "createdAt": time, "lastModified": time, "rel": "item", "href": "http://h/state/b"],
            ]
        )
        #expect(reply.annotations["link"] == nil)
    }

    @Test func aLimitMakesPagesThatLinkToTheNext() async throws {
        try await make(["e", "a&b", "c", "d", "b"])
        let first = try await desk.ask("list", nil, nil, [Annotations.limit: "2"])
        #expect(try ids(first) == ["a&b", "b"])
        #expect(first.annotations["link"] == "</state?limit=2&cursor=b>; rel=\"next\"")
        let second = try await desk.ask("list", nil, nil, [Annotations.limit: "2", "cursor": "b"])
        #expect(try ids(second) == ["c", "d"])
        let third = try await desk.ask("list", nil, nil, [Annotations.limit: "2", "cursor": "d"])
        #expect(try ids(third) == ["e"])
        #expect(third.annotations["link"] == nil)
    }

    @Test func aPageThatIsJustFullHasNoNext() async throws {
        try await make(["a", "b"])
        #expect(try await desk.ask("list", nil, nil, [Annotations.limit: "2"]).annotations["link"] == nil)
    }

    @Test(arguments: ["0", "-1", "x", "", "10001", "1.5"])
    func aBadLimitIs400(_ limit: String) async throws {
        let problem = try await desk.refusal("list", nil, nil, [Annotations.limit: limit])
        #expect(problem == Problem(.badRequest, "'limit' must be a whole number from 1 to 10000."))
    }

    @Test func longIDsMakeShorterPages() throws {
        let ids = (0..<5000).map { String(repeating: "é", count: 500) + String($0) }
        let summaries = ids.map { StateSummary(id: $0, createdAt: StateDesk.start, lastModified: StateDesk.start) }
        let request = BusRequest(service: "shared-state", operation: "list")
        let reply = try StatePage(request).reply(summaries, links: StateLinks(request))
        #expect(reply.body.count < 5 << 20)
        #expect(try self.ids(reply).count < 5000)
        #expect(reply.annotations["link"] != nil)
    }
}
