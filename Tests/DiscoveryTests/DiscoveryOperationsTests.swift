import Bus
import JSON
import Logging
import Testing

@testable import Discovery

/// What the operations answer, as the gateway passes it on.
@Suite(.timeLimit(.minutes(1)))
struct DiscoveryOperationsTests {
    private func withTable(_ body: (Caller) async throws -> Void) async throws {
        let machine = RegistryMachine(LivenessConfiguration(), source: "/discovery/test", at: .now)
        let loop = RegistryLoop(
            machine,
            store: MemoryRegistryStore(),
            publish: { _ in },
            ping: { _ in .notTried },
            logger: Logger(label: "test")
        )
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await loop.run() }
            try await body(Caller(table: DiscoveryOperations(loop: loop).table(version: "1.2.3")))
            group.cancelAll()
        }
    }

    struct Caller {
        let table: OperationTable

        func ask(_ operation: String, _ body: JSONValue? = nil, id: String? = nil) async -> BusReply {
            var annotations: Annotations = [Annotations.baseURL: "http://host:8080"]
            annotations[Annotations.id] = id
            let request = BusRequest(
                service: "discovery",
                operation: operation,
                body: body?.serialized() ?? [],
                annotations: annotations
            )
            do {
                return try await table.answer(request)
            } catch let problem as Problem {
                return .problem(problem)
            } catch {
                return .problem(Problem(.internalServerError, "\(error)"))
            }
        }

        func register(_ name: String) async throws -> String {
            let reply = await ask("register", ["serviceName": .string(name), "serviceURL": .string("http://\(name)")])
            return try #require(try reply.json["registryID"]?.stringValue)
        }
    }

    @Test func aServiceRegistersAndIsFound() async throws {
        try await withTable { discovery in
            let body: JSONValue = ["serviceName": "a", "serviceURL": "http://a", "tags": ["t"]]
            let created = await discovery.ask("register", body)
            #expect(created.status == .created)
            let id = try #require(try created.json["registryID"]?.stringValue)
            #expect(created.annotations[Annotations.location] == "/services/\(id)")
            let again = await discovery.ask("register", body)
            #expect(again.status == .ok)
            #expect(try again.json == ["registryID": .string(id)])
            #expect(try await discovery.ask("find", ["tag": "t"]).json[0]?["registryID"] == .string(id))
            #expect(try await discovery.ask("find", ["tag": "u"]).json == [])
            #expect(try await discovery.ask("find").json.arrayValue?.count == 1)
            #expect(try await discovery.ask("services").json == ["a": "http://a"])
            #expect(try await discovery.ask("service", id: id).json["serviceName"] == "a")
            #expect(try await discovery.ask("service", id: "a").json["registryID"] == .string(id))
            #expect(await discovery.ask("service", id: "b").status == .notFound)
        }
    }

    @Test func aServiceRenewsAndLeaves() async throws {
        try await withTable { discovery in
            let id = try await discovery.register("a")
            let renewed = await discovery.ask("renew", ["registryID": .string(id)])
            #expect(renewed.status == .ok)
            #expect(try renewed.json == ["status": "renewed"])
            #expect(await discovery.ask("renew", ["registryID": "x"]).status == .notFound)
            #expect(await discovery.ask("renew", [:]).status == .badRequest)
            let gone = await discovery.ask("unregister", ["registryID": .string(id)])
            #expect(gone.status == .noContent)
            #expect(gone.body.isEmpty)
            #expect(await discovery.ask("unregister", ["registryID": .string(id)]).status == .notFound)
        }
    }

    @Test func aServiceLeavesByItsURL() async throws {
        try await withTable { discovery in
            _ = try await discovery.register("a")
            for _ in 0..<2 {
                let reply = await discovery.ask("unregister", ["serviceURL": "http://a"])
                #expect(reply.status == .ok)
                #expect(try reply.json == ["status": "unregistered"])
            }
            #expect(try await discovery.ask("services").json == [:])
            let reply = await discovery.ask("unregister", [:])
            #expect(reply.status == .badRequest)
            #expect(try reply.json["error"] == "registryID or serviceURL is required")
        }
    }

    @Test func aServiceIsRemovedByItsID() async throws {
        try await withTable { discovery in
            let id = try await discovery.register("a")
            #expect(await discovery.ask("remove", id: id).status == .noContent)
            #expect(await discovery.ask("remove", id: id).status == .notFound)
            #expect(await discovery.ask("remove").status == .badRequest)
        }
    }

    @Test func bindingsComeAndGo() async throws {
        try await withTable { discovery in
            let (a, b) = (try await discovery.register("a"), try await discovery.register("b"))
            let reply = await discovery.ask("bind", ["sourceRegistryID": .string(a), "targetRegistryID": .string(b)])
            #expect(reply.status == .created)
            let id = try #require(try reply.json["bindingID"]?.stringValue)
            #expect(reply.annotations[Annotations.location] == "/bindings/\(id)")
            let binding = try await discovery.ask("binding", id: id).json
            #expect(binding["sourceRegistryID"] == .string(a))
            #expect(binding["targetRegistryID"] == .string(b))
            #expect(try await discovery.ask("bindings").json == [binding])
            #expect(
                await discovery.ask("bind", ["sourceRegistryID": .string(a), "targetRegistryID": "x"]).status
                    == .notFound
            )
            #expect(await discovery.ask("bind", ["sourceRegistryID": .string(a)]).status == .badRequest)
            #expect(await discovery.ask("unbind", ["bindingID": .string(id)]).status == .noContent)
            #expect(await discovery.ask("unbind", ["bindingID": .string(id)]).status == .notFound)
            #expect(await discovery.ask("binding", id: id).status == .notFound)
        }
    }

    @Test func whatCanBeAskedIsListed() async throws {
        try await withTable { discovery in
            let endpoints = try #require(try await discovery.ask("endpoints").json.arrayValue)
            let register = endpoints.first { $0["url"] == "http://host:8080/register" }
            #expect(register?["method"] == "POST")
            #expect(endpoints.allSatisfy { $0["input"] != nil && $0["output"] != nil })
            let forms = try #require(try await discovery.ask("forms").json.arrayValue)
            #expect(forms.first?["rel"] == "register")
            #expect(forms.first?["href"] == "http://host:8080/register")
            #expect(forms.count == endpoints.count)
        }
    }

    @Test func whatEveryServiceHasIsThere() async throws {
        try await withTable { discovery in
            let ping = try await discovery.ask("ping").json
            #expect(ping == ["status": "ok"])
            #expect(try await discovery.ask("about").json == ["name": "discovery", "version": "1.2.3"])
            #expect(try await discovery.ask("health").json["status"] == "ok")
            #expect(await discovery.ask("nonsense").status == .notFound)
        }
    }

    @Test func aBodyThatIsNoJSONIs400() async throws {
        try await withTable { discovery in
            for operation in ["register", "renew", "unregister", "bind", "unbind", "find"] {
                let request = BusRequest(service: "discovery", operation: operation, body: Array("{".utf8))
                await #expect { try await discovery.table.answer(request) } throws: {
                    ($0 as? Problem)?.status == .badRequest
                }
            }
        }
    }
}

extension BusReply {
    fileprivate var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}
