import Bus
import JSON
import Logging
import Support
import Testing
import ZeroMQ

@testable import EngineService

@Suite(.timeLimit(.minutes(1))) struct EngineHostTests {
    @Test func aCommandGoesOverTheBusAndBack() async throws {
        try await withHost(try makeEngine()) { bus in
            let client = EngineClient("person", over: bus)
            let create = CommandMessage(
                command: "create",
                resource: "person",
                id: "7",
                payload: ["name": "Ada"],
                requestID: "r1"
            )
            let created = try await client.execute(create)
            #expect(created.status == 201)
            #expect(try created.json()["result"] == ["id": "7", "name": "Ada", "status": "active"])
            #expect(try await client.repeat(create).body == created.body)
            #expect(try await client.revert(requestID: "r1").json() == ["status": "reverted"])
            #expect(try await client.execute(create).status == 409)
        }
    }

    @Test func aRefusalIsAProblem() async throws {
        try await withHost(try makeEngine()) { bus in
            let body: JSONValue = ["command": "read", "resource": "person", "id": "7"]
            let reply = try await bus.request("person", "execute", body: body.serialized())
            #expect(reply.status == 404)
            #expect(reply.annotations[Annotations.contentType] == "application/problem+json")
            #expect(try reply.json()["error"] == "Resource not found: 7")
            #expect(try reply.json()["status"] == 404)
        }
    }

    @Test func whatIsNoJSONIsNoCommandMessage() async throws {
        try await withHost(try makeEngine()) { bus in
            for operation in ["execute", "repeat", "revert", "inspect"] {
                let reply = try await bus.request("person", operation, body: Array("{".utf8))
                #expect(reply.status == 400)
                #expect(try reply.json()["error"] == "Invalid command message format")
            }
        }
    }

    @Test func whoAskedIsToldToWhoInspects() async throws {
        try await withHost(try makeEngine()) { bus in
            for (id, client) in [("r1", "job/1"), ("r2", "job/2")] {
                let command = id == "r1" ? "create" : "update"
                let body = message(command, id: "7", ["name": "Ada"], requestID: id).serialized()
                let asked: Annotations = [Annotations.client: client]
                #expect(try await bus.request("person", "execute", body: body, annotations: asked).status.isSuccess)
            }
            let reply = try await EngineClient("person", over: bus).inspect(requestID: "r1")
            #expect(try reply.json()["grade"] == "changed")
            #expect(try reply.json()["changedBy"] == ["requestId": "r2", "client": "job/2"])
        }
    }

    @Test func theCallersRolesTravelBesideTheBody() async throws {
        let design = changing(personDesign, at: ["authorization"], to: ["roles": ["staff"]])
        try await withHost(try makeEngine(design)) { bus in
            let body = message("list").serialized()
            #expect(try await bus.request("person", "execute", body: body).status == 403)
            let allowed = try await bus.request("person", "execute", body: body, annotations: ["roles": "guest,staff"])
            #expect(allowed.status == 200)
        }
    }

    @Test func anAnswerWithoutAResultHasNoBody() async throws {
        try await withHost(try makeEngine()) { bus in
            _ = try await bus.request("person", "execute", body: message("create", id: "7", ["name": "x"]).serialized())
            let reply = try await bus.request("person", "execute", body: message("delete", id: "7").serialized())
            #expect(reply.status == 204)
            #expect(reply.body.isEmpty)
        }
    }

    @Test func itAnswersWhatEveryServiceAnswers() async throws {
        try await withHost(try makeEngine()) { bus in
            #expect(try await bus.request("person", "ping").json() == ["status": "ok"])
            #expect(try await bus.request("person", "about").json() == ["name": "person", "version": "1.2.0"])
            #expect(try await bus.request("person", "health").json()["status"] == "ok")
            let forms = try await bus.request("person", "forms", annotations: ["base-url": "http://localhost:8080"])
                .json()
            #expect(forms[0]?["href"] == "http://localhost:8080/services/person/execute")
            #expect(try await bus.request("person", "nonsense").status == 404)
        }
    }

    @Test func itIsAnnouncedAsTheDesignSays() async throws {
        try await withHost(try makeEngine()) { bus in
            let workers = try await bus.request("broker", "workers").json()["workers"]?.arrayValue ?? []
            let announcement = workers.first { $0["service"] == "person" }?["announcement"]
            let expected: JSONValue = [
                "tags": ["person"], "mediaTypes": ["application/json"], "description": "Keeps persons",
                "semanticProfile": "https://schema.org/Person", "version": "1.2.0",
            ]
            #expect(announcement == expected)
        }
    }

    @Test func aDesignThatCannotBeServedStopsTheStart() async throws {
        let context = Context()
        defer { context.close() }
        let engine = try makeEngine(changing(personDesign, at: ["commands", "greet"], to: [:]))
        let host = EngineHost(
            engine,
            .init(endpoint: .inproc("nobody")),
            context: context,
            logger: Logger(label: "test")
        )
        await #expect(throws: DesignError.self) { try await host.run() }
    }

    @Test func twoHostsOnOneStoreShareTheLoad() async throws {
        let store = MemoryEngineStore()
        try await withHosts([try makeEngine(store: store), try makeEngine(store: store)]) { bus in
            try await withThrowingTaskGroup { group in
                for index in 0..<200 {
                    let body = message("create", ["name": "x"], requestID: "r\(index % 100)").serialized()
                    group.addTask {
                        let reply = try await bus.request("person", "execute", body: body)
                        #expect(reply.status == 201)
                    }
                }
                try await group.waitForAll()
            }
            let list = try await bus.request("person", "execute", body: message("list").serialized()).json()
            #expect(list["result"]?.arrayValue?.count == 100)
        }
    }
}

private func withHost(_ engine: Engine, _ body: (BusClient) async throws -> Void) async throws {
    try await withHosts([engine], body)
}

/// Lends a client of a bus on which each of the engines has a host that is ready.
private func withHosts(_ engines: [Engine], _ body: (BusClient) async throws -> Void) async throws {
    try await withTestBus { bus in
        for engine in engines {
            let host = EngineHost(engine, .init(endpoint: bus.endpoint), context: bus.context, logger: bus.logger)
            bus.run(host)
            try await host.whenReady
        }
        try await body(bus.client())
    }
}
