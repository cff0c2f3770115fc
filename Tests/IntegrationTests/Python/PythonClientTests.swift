import Bus
import Foundation
import JSON
import Support
import Testing

/// The client of `examples/python` against workers in Swift.
@Suite(.timeLimit(.minutes(1))) struct PythonClientTests {
    /// What a run of `client.py` printed and how it ended.
    private func client(_ bus: TestBus, _ arguments: String...) async throws -> (output: String, exitCode: Int32) {
        let process = try PythonProcess(script: "client.py", ["--bus", "\(bus.endpoint)"] + arguments)
        var output = ""
        for await line in process.lines { output += line }
        return (output, await process.exitCode)
    }

    @Test func anAnswerIsPrinted() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let (output, exitCode) = try await client(bus, "echo", "execute", #"{"a":"ü"}"#)
            #expect(output == #"{"a":"ü"}"#)
            #expect(exitCode == 0)
        }
    }

    @Test func aRefusalEndsWith1() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("strict") { _ in throw Problem(.conflict, "No") }
            let (output, exitCode) = try await client(bus, "strict", "execute")
            #expect(try JSONValue(parsing: output)["error"] == "No")
            #expect(exitCode == 1)
        }
    }

    @Test func noServiceEndsWith3() async throws {
        try await withTestBus(.tcp) { bus in
            let (_, exitCode) = try await client(bus, "nobody", "execute")
            #expect(exitCode == 3)
        }
    }

    @Test func aTimeOutCancelsTheRequest() async throws {
        let cancelled = OneTimeSignal()
        try await withTestBus(.tcp) { bus in
            try await bus.worker("slow") { _ in
                try await withTaskCancellationHandler {
                    try await OneTimeSignal().wait()
                } onCancel: {
                    cancelled.happen()
                }
                return .empty()
            }
            // Long enough to connect in: a client that has not connected has nothing to cancel.
            let (_, exitCode) = try await client(bus, "slow", "execute", "--within", "2")
            #expect(exitCode == 3)
            try await cancelled.wait()
        }
    }

    @Test func oneClientSendsManyAndSurvivesTheBroker() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("echo") { BusReply(annotations: $0.annotations, body: $0.body) }
            let process = try PythonProcess(program: Self.loop, ["\(bus.endpoint)"])
            defer { process.kill() }
            for _ in 0..<2 {
                try process.write("go")
                try await process.expectLine("200 echoed")
                try await bus.stopBroker()
                try await bus.startBroker()
                try await bus.worker("other-\(UUIDv7.make())") { _ in .empty() }
            }
            try process.write("go")
            try await process.expectLine("200 echoed")
            try process.write("end")
            #expect(await process.exitCode == 0)
        }
    }

    /// For each line it gets, 200 requests one after another; those that no worker takes are sent again.
    private static let loop = """
        import sys
        from csp_bus import BusError, Client

        def echo(client, number):
            odd = {"x-odd": f"100 % of\\nlines: ü {number}"}
            while True:
                try:
                    reply = client.request("echo", "execute", {"n": number}, annotations=odd, within=10, repeatable=True)
                    return reply.json() == {"n": number} and reply.annotations == odd
                except BusError as error:
                    if error.code != "no_worker":
                        raise

        with Client(sys.argv[1]) as client:
            for line in sys.stdin:
                if line.strip() == "end":
                    break
                print(sum(echo(client, number) for number in range(200)), "echoed", flush=True)
        """

    @Test func theExamplePrintsWhatItPromises() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try PythonProcess(script: "worker.py", ["--bus", "\(bus.endpoint)"])
            defer { worker.kill() }
            try await worker.expectLine("python-service: ready")
            let (output, exitCode) = try await client(bus, "python-service", "execute", #"{"input":"stressed"}"#)
            let folder = URL(fileURLWithPath: ScratchPlatform.example("python"))
            let expected = try String(contentsOf: folder.appending(path: "expected.txt"), encoding: .utf8)
            #expect(output + "\n" == expected)
            #expect(exitCode == 0)
        }
    }

    @Test func severalBrokersAreServedAndTheNextOneIsAskedWhenOneRefuses() async throws {
        try await withTestBus(.tcp) { first in
            try await withTestBus(.tcp) { second in
                let worker = try PythonProcess(script: "worker.py", ["--bus", "\(first.endpoint),\(second.endpoint)"])
                defer { worker.kill() }
                for _ in 0..<2 { try await worker.expectLine("python-service: ready") }
                let list = "tcp://127.0.0.1:1,\(first.endpoint),\(second.endpoint)"
                let process = try PythonProcess(program: Self.reversals, [list])
                defer { process.kill() }
                try process.write("go")
                try await process.expectLine("desserts")
                try await first.stopBroker()
                try process.write("go")
                try await process.expectLine("desserts")
                try await second.stopBroker()
                try await second.startBroker()
                try await worker.expectLine("python-service: ready")
                try process.write("go")
                try await process.expectLine("desserts")
                worker.terminate()
                #expect(await worker.exitCode == 0)
            }
        }
    }

    /// For each line it gets, one request.
    private static let reversals = """
        import sys
        from csp_bus import Client

        with Client(sys.argv[1]) as client:
            for line in sys.stdin:
                reply = client.request("python-service", "execute", {"input": "stressed"}, within=10, repeatable=True)
                print(reply.json()["result"], flush=True)
        """
}
