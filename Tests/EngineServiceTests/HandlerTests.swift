import Bus
import Foundation
import JSON
import Logging
import Support
import Testing

@testable import EngineService

/// A design's handler with a real process behind it.
@Suite(.timeLimit(.minutes(1))) struct HandlerTests {
    @Test func itIsGivenTheWholeRequestAndAnswersAsTheDesignSays() async throws {
        try await withHandler { engine async throws in
            let message = changing(
                message("ask", id: "7", ["name": "tell", "other": 1], requestID: "r1"),
                at: ["metadata"],
                to: ["from": "me"]
            )
            let expected: JSONValue = [
                "requestId": "r1", "command": "ask", "resource": "person", "id": "7", "payload": ["name": "tell"],
                "metadata": ["from": "me"],
            ]
            let body: JSONValue = ["result": expected, "statusCode": 201]
            #expect(try await engine.execute(message) == .done(.created, body))
            #expect(try await engine.repeat(["requestId": "r1"]) == .done(.created, body))
        }
    }

    @Test func oneProcessAnswersAllOfThem() async throws {
        try await withHandler { engine async throws in
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 { group.addTask { try await engine.ask("pid") } }
                let processes = try await group.reduce(into: Set<JSONValue>()) { $0.insert($1.result ?? .null) }
                #expect(processes.count == 1)
            }
        }
    }

    @Test func anErrorOfTheHandlerIsTheCallers() async throws {
        try await withHandler { engine async throws in
            #expect(try await engine.ask("refuse").refusal == "422 Not like that")
            let problem = await #expect(throws: Problem.self) { try await engine.ask("fail") }
            #expect(problem == Problem(500, "My fault"))
            #expect(try await engine.ask("pid").status == 201)
        }
    }

    @Test func whoIsLateIsKilled() async throws {
        try await withHandler(timeout: 1_000) { engine async throws in
            let problem = await #expect(throws: Problem.self) { try await engine.ask("sleep") }
            #expect(problem == Problem(.gatewayTimeout, "The handler of 'ask' did not answer in time."))
        }
    }

    @Test func whoDiesIsStartedAgain() async throws {
        try await withHandler { engine async throws in
            let before = try await engine.ask("pid").result
            let problem = await #expect(throws: Problem.self) { try await engine.ask("die") }
            #expect(problem == Problem(.badGateway, "The handler of 'ask' ended before it answered."))
            let after = try await engine.ask("pid").result
            #expect(before != after)
        }
    }

    @Test(arguments: ["babble", "shrug", "shout"])
    func anAnswerThatCannotBeReadIsA502(_ behaviour: String) async throws {
        try await withHandler { engine async throws in
            let problem = await #expect(throws: Problem.self) { try await engine.ask(.string(behaviour)) }
            #expect(problem?.status == .badGateway)
            #expect(try await engine.ask("pid").status == 201)
        }
    }

    @Test func itIsEndedWithTheEngine() async throws {
        var process: Int32 = 0
        try await withHandler { engine async throws in
            process = Int32(try await engine.ask("pid").result?.intValue ?? 0)
            #expect(kill(process, 0) == 0)
        }
        #expect(process > 0)
        #expect(kill(process, 0) == -1)
    }

    @Test func whoDoesNotWantToEndIsKilled() async throws {
        var process: Int32 = 0
        try await withHandler { engine async throws in
            process = Int32(try await engine.ask("stay").result?.intValue ?? 0)
        }
        #expect(process > 0)
        #expect(kill(process, 0) == -1)
    }

    @Test func aHostRunsItsEnginesHandlersAndEndsThem() async throws {
        let folder = try HandlerFolder()
        defer { withExtendedLifetime(folder) {} }
        var process: Int32 = 0
        try await withTestBus { bus in
            let engine = try folder.engine(timeout: 30_000)
            let host = EngineHost(engine, .init(endpoint: bus.endpoint), context: bus.context, logger: bus.logger)
            bus.run(host)
            try await host.whenReady
            let body = message("ask", ["name": "pid"]).serialized()
            let reply = try await bus.client().request("person", "execute", body: body)
            #expect(reply.status == 201)
            process = Int32(try reply.json()["result"]?.intValue ?? 0)
        }
        #expect(process > 0)
        #expect(kill(process, 0) == -1)
    }

    @Test func aProgramThatIsNotThereIsAFaultOfTheDesign() throws {
        let design = changing(
            personDesign,
            at: ["commands", "ask"],
            to: ["x-handler": ["exec": ["./handlers/gone.py"]]]
        )
        let engine = Engine(design: try Design(design), store: MemoryEngineStore(), folder: "/nowhere")
        let error = #expect(throws: DesignError.self) { try engine.validate() }
        #expect(error?.faults.map(\.pointer.description) == ["/commands/ask/x-handler/exec/0"])
        #expect(error?.faults.first?.sentence.contains("/nowhere/handlers/gone.py") == true)
    }
}

/// Lends an engine whose command `ask` is carried out by a process that runs until the closure returns.
private func withHandler(
    timeout: Int = 30_000,
    _ body: (Engine) async throws -> Void
) async throws {
    let folder = try HandlerFolder()
    let engine = try folder.engine(timeout: timeout)
    defer { withExtendedLifetime(folder) {} }
    async let _: Void = engine.runHandlers(logger: Logger(label: "test"))
    try await body(engine)
}

extension Engine {
    @discardableResult
    fileprivate func ask(_ behaviour: JSONValue) async throws -> EngineAnswer {
        try await person("ask", ["name": behaviour])
    }
}

/// A folder with a handler in it, removed with this.
private final class HandlerFolder: Sendable {
    private let url = FileManager.default.temporaryDirectory.appending(path: "handler-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Data(Self.script.utf8).write(to: url.appending(path: "handler.py"))
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func engine(timeout: Int) throws -> Engine {
        let command: JSONValue = [
            "inputs": ["required": ["name"]],
            "output": ["type": "answer", "returns": "object", "statusCode": 201],
            "x-handler": ["exec": ["/usr/bin/python3", "handler.py"], "timeout": JSONValue(timeout)],
        ]
        let design = changing(personDesign, at: ["commands", "ask"], to: command)
        return Engine(design: try Design(design), store: MemoryEngineStore(), folder: url.path)
    }

    private static let script = """
        import json, os, signal, sys, time

        for line in sys.stdin:
            request = json.loads(line)
            name = request["payload"]["name"]
            print("asked to", name, file=sys.stderr, flush=True)
            if name == "tell":
                answer = json.dumps({"result": request})
            elif name == "pid":
                answer = json.dumps({"result": os.getpid()})
            elif name == "stay":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                answer = json.dumps({"result": os.getpid()})
            elif name == "refuse":
                answer = json.dumps({"error": "Not like that", "statusCode": 422})
            elif name == "fail":
                answer = json.dumps({"error": "My fault"})
            elif name == "sleep":
                time.sleep(600)
            elif name == "die":
                os._exit(3)
            elif name == "babble":
                answer = "no JSON"
            elif name == "shrug":
                answer = "{}"
            elif name == "shout":
                answer = '"' + "x" * (9 << 20) + '"'
            print(answer, flush=True)
            if name == "stay":
                time.sleep(600)
        """
}
