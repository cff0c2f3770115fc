import Bus
import Foundation
import Support
import Testing

/// The client and the worker of `examples/python` that were written from RFC 18/MDP, at our broker.
@Suite(.timeLimit(.minutes(2))) struct MajordomoTests {
    /// What a run of `mdp_client.py` printed and how it ended.
    private func client(_ bus: TestBus, _ arguments: String...) async throws -> (lines: [String], exitCode: Int32) {
        let process = try PythonProcess(script: "mdp_client.py", ["--broker", "\(bus.endpoint)"] + arguments)
        var lines: [String] = []
        for await line in process.lines { lines.append(line) }
        return (lines, await process.exitCode)
    }

    /// A worker that has announced itself; the first heartbeat that it gets tells that the broker knows it.
    private func worker(_ bus: TestBus, _ arguments: String...) async throws -> PythonProcess {
        let process = try PythonProcess(script: "mdp_worker.py", ["--broker", "\(bus.endpoint)"] + arguments)
        try await process.expectLine("connecting")
        return process
    }

    @Test func aClientAndAWorkerWorkTogether() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "echo")
            defer { worker.kill() }
            let (lines, exitCode) = try await client(bus, "echo", "one", "", "three")
            #expect(lines == ["one  three"])
            #expect(exitCode == 0)
        }
    }

    @Test func partsComeBeforeTheAnswer() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "count", "--count", "3")
            defer { worker.kill() }
            #expect(try await client(bus, "count", "end").lines == ["0", "1", "2", "end"])
        }
    }

    @Test func partsOfAWorkerWaitForAClientInSwift() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "count", "--count", "1000")
            defer { worker.kill() }
            _ = try await client(bus, "count", "is it there?")
            let stream = bus.client().stream("count", "execute", body: Array("end".utf8), window: 4)
            var parts: [String] = []
            for try await part in stream { parts.append(String(decoding: part.body, as: UTF8.self)) }
            #expect(parts == (0..<1000).map(String.init))
            #expect(try await stream.final.body == Array("end".utf8))
        }
    }

    @Test func partsOfAWorkerInSwiftReachAClient() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("count") { request in
                for number in 0..<100 { try await request.parts?.send(Array("\(number)".utf8)) }
                return BusReply(body: request.body)
            }
            let lines = try await client(bus, "count", "end").lines
            #expect(lines == (0..<100).map(String.init) + ["end"])
        }
    }

    @Test func aClientIsServedByAWorkerInSwift() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("shout") { request in
                #expect(request.operation == "execute")
                return BusReply(body: Array(String(decoding: request.body, as: UTF8.self).uppercased().utf8))
            }
            #expect(try await client(bus, "shout", "stressed").lines == ["STRESSED"])
        }
    }

    @Test func aClientInSwiftIsServedByAWorker() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "echo")
            defer { worker.kill() }
            _ = try await client(bus, "echo", "is it there?")
            let swift = bus.client()
            for size in [0, 1, 70_000, 1_048_576] {
                let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
                let reply = try await swift.request("echo", "execute", body: body)
                #expect(reply.status == 200 && reply.body == body && reply.annotations.isEmpty)
            }
            #expect(try await swift.request("echo", "revert").status == 501, "it would be done, not undone")
        }
    }

    @Test func theManagementInterfaceTellsWhoIsThere() async throws {
        try await withTestBus(.tcp) { bus in
            #expect(try await client(bus, "mmi.service", "echo").lines == ["404"])
            try await bus.worker("echo") { BusReply(body: $0.body) }
            #expect(try await client(bus, "mmi.service", "echo").lines == ["200"])
            #expect(try await client(bus, "mmi.anything", "echo").lines == ["501"])
        }
    }

    @Test func aClientThatWasFirstIsServedWhenAWorkerComes() async throws {
        try await withTestBus(.tcp) { bus in
            let early = try PythonProcess(
                script: "mdp_client.py",
                ["--broker", "\(bus.endpoint)", "--timeout", "60", "echo", "early"]
            )
            defer { early.kill() }
            let worker = try await worker(bus, "echo")
            defer { worker.kill() }
            try await early.expectLine("early")
        }
    }

    @Test func whatADeadWorkerHadGoesToAnother() async throws {
        try await withTestBus(.tcp) { bus in
            let first = try await worker(bus, "--block", "echo")
            let asking = try PythonProcess(
                script: "mdp_client.py",
                ["--broker", "\(bus.endpoint)", "--timeout", "60", "echo", "again"]
            )
            defer { asking.kill() }
            try await first.expectLine("request again")
            let second = try await worker(bus, "echo")
            defer { second.kill() }
            try await second.expectLine("heartbeat")
            first.kill()
            try await second.expectLine("request again")
            try await asking.expectLine("again")
        }
    }

    @Test func heartbeatsKeepBothSidesAndABrokerThatIsAwayIsFoundAgain() async throws {
        try await withTestBus(.tcp, heartbeat: .milliseconds(200)) { bus in
            let worker = try await worker(bus, "--interval", "0.5", "echo")
            defer { worker.kill() }
            for _ in 0..<8 { try await worker.expectLine("heartbeat") }
            #expect(try await client(bus, "echo", "still here").lines == ["still here"])
            try await bus.stopBroker()
            try await worker.expectLine("the broker is silent")
            try await bus.startBroker()
            #expect(try await client(bus, "--timeout", "30", "echo", "and again").lines == ["and again"])
        }
    }

    @Test func aBrokerThatWasStartedAnewSendsTheWorkersOfTheOldOneToTheBeginning() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "--interval", "3", "echo")
            defer { worker.kill() }
            try await worker.expectLine("heartbeat")
            try await bus.stopBroker()
            try await bus.startBroker()
            try await worker.expectLine("disconnected")
            try await worker.expectLine("connecting")
            #expect(try await client(bus, "--timeout", "30", "echo", "anew").lines == ["anew"])
        }
    }

    @Test func aWorkerThatIsEndedIsGoneAtOnce() async throws {
        try await withTestBus(.tcp) { bus in
            let worker = try await worker(bus, "echo")
            #expect(try await client(bus, "echo", "one").lines == ["one"])
            worker.terminate()
            #expect(await worker.exitCode == 0)
            #expect(try await client(bus, "mmi.service", "echo").lines == ["404"])
        }
    }

    @Test func malformedMessagesHarmNobody() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let mutator = try PythonProcess(program: Self.mutator, ["\(bus.endpoint)"])
            defer { mutator.kill() }
            for round in 0..<20 {
                #expect(try await bus.client().request("echo", "execute", body: [UInt8(round)]).body == [UInt8(round)])
            }
            try await mutator.expectLine("done")
            #expect(try await client(bus, "echo", "alive").lines == ["alive"])
        }
    }

    /// Sends 20,000 messages that are nearly right, from client and worker sockets that come and go.
    private static let mutator = """
        import random, sys, zmq

        rng = random.Random(18)
        context = zmq.Context.instance()

        def message():
            right = [
                [b"MDPC02", b"\\x01", b"echo", b"body"],
                [b"", b"MDPC01", b"echo", b"body"],
                [b"MDPW02", b"\\x01", b"mutant"],
                [b"MDPW02", b"\\x04", bytes(8), b"", b"body"],
                [b"MDPW02", b"\\x03", bytes(8), b"", b"body"],
                [b"", b"MDPW01", b"\\x03", bytes(8), b"", b"body"],
                [b"MDPW02", b"\\x05"],
                [b"MDPW02", b"\\x06"],
            ]
            frames = list(rng.choice(right))
            for _ in range(rng.randrange(3)):
                at = rng.randrange(len(frames))
                kind = rng.randrange(5)
                if kind == 0:
                    frames[at] = rng.randbytes(rng.randrange(12))
                elif kind == 1:
                    frames.insert(at, rng.choice([b"", rng.randbytes(3), b"MDPC02"]))
                elif kind == 2 and len(frames) > 1:
                    frames.pop(at)
                elif kind == 3:
                    frames[at] = frames[at][: rng.randrange(len(frames[at]) + 1)]
                else:
                    frames.extend([b"x"] * rng.randrange(4))
            return frames

        for _ in range(100):
            socket = context.socket(zmq.DEALER)
            socket.connect(sys.argv[1])
            for _ in range(200):
                socket.send_multipart(message())
            socket.close(linger=2000)
        context.term()
        print("done", flush=True)
        """
}
