import Bus
import Gateway
import JSON
import Testing

/// Sections 7 and 8 of the contract: events of any topics over HTTP.
@Suite(.timeLimit(.minutes(1))) struct EventStreamContractTests {
    /// Reads until the mark and gives the CloudEvents that were in it.
    private func events(until mark: String, from connection: inout RawConnection) async throws -> [JSONValue] {
        let lines = try await connection.read(until: mark).split(whereSeparator: \.isNewline)
        return lines.filter { $0.hasPrefix("data: {") }.compactMap { try? JSONValue(parsing: String($0.dropFirst(6))) }
    }

    @Test func aWorkersLifeIsToldAsTheContractSays() async throws {
        try await withPlatform { platform in
            try await RawConnection.open(port: platform.ports.main) { connection in
                try await connection.send("GET /events?topic=bus.worker HTTP/1.1\r\nHost: h\r\n\r\n")
                let head = try await connection.read(until: ": still here")
                #expect(head.hasPrefix("HTTP/1.1 200 "))
                #expect(head.lowercased().contains("content-type: text/event-stream"))
                try await platform.withWorker("brief", handler: { _ in .json([:]) }) {}
                let seen = try await events(until: "worker.gone\"", from: &connection)
                #expect(seen.map { $0["type"] } == ["platform.worker.ready", "platform.worker.gone"])
                for event in seen {
                    #expect(event["subject"] == "bus.worker")
                    #expect(event["data"]?["service"] == "brief")
                    #expect(event["data"]?["worker"]?.stringValue?.isEmpty == false)
                    #expect(event["data"]?["worker"] == seen.first?["data"]?["worker"])
                    #expect(event["data"]?["credits"]?.intValue == 256)
                }
                #expect(seen.last?["data"]?["reason"]?.stringValue?.isEmpty == false)
            }
        }
    }

    @Test func severalTopicsComeInOneStreamAndEachEventOnce() async throws {
        try await withPlatform { platform in
            try await RawConnection.open(port: platform.ports.main) { connection in
                let query = "topic=state.&topic=state.both&topic=registry."
                try await connection.send("GET /events?\(query) HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = try await connection.read(until: ": still here")
                _ = try await platform.api.post("/state/both", ["n": 1])
                _ = try await platform.api.post("/state/both", ["n": 2])
                var seen = try await events(until: "\"sequence\":\"2\"", from: &connection)
                let entry: JSONValue = ["serviceName": "s", "serviceURL": "http://127.0.0.1:9", "tags": ["s"]]
                _ = try await platform.api.post("/register", entry)
                seen += try await events(until: "service.registered", from: &connection)
                let states = seen.filter { $0["subject"] == "state.both" }
                #expect(states.map { $0["sequence"] } == ["1", "2"])
                #expect(seen.last?["subject"] == "registry.s")
            }
        }
    }

    @Test(arguments: [
        ("/events", "topic is missing: name the beginning of the topics, such as ?topic=job."),
        ("/events?topic=~sync.x", "Topics that begin with ~ are the protocol's own: ~sync.x"),
        (
            "/events?" + (0..<17).map { "topic=t\($0)." }.joined(separator: "&"),
            "At most 16 topics are streamed at once"
        ),
        ("/events?topic=" + String(repeating: "a", count: 256), "A topic has at most 255 bytes"),
    ])
    func whatCannotBeStreamedIsRefused(_ path: String, _ sentence: String) async throws {
        try await withPlatform { try await $0.api.get(path).expectError(400, sentence) }
    }
}
