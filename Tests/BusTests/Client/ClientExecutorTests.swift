import Bus
import Glibc
import Support
import Testing

/// Tasks that prefer to run on the thread of a client's socket.
@Suite(.timeLimit(.minutes(1))) struct ClientExecutorTests {
    /// As the system knows it; empty when it does not tell.
    private static func threadName() -> String {
        guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
        defer { fclose(file) }
        var name = [CChar](repeating: 0, count: 32)
        guard fgets(&name, Int32(name.count), file) != nil else { return "" }
        return String(decoding: name.prefix { $0 > 0x20 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aTaskThatPrefersItRunsOnTheSocketsThreadBeforeAndAfterAReply(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let client = bus.client()
            try await client.whenConnected
            let names = try await withTaskExecutorPreference(client.executor) {
                let before = Self.threadName()
                _ = try await client.request("echo", "execute")
                return [before, Self.threadName()]
            }
            #expect(names == ["bus-client", "bus-client"])
        }
    }

    @Test func aThousandTasksOnItAreAllAnswered() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let client = bus.client()
            let sum = try await withTaskExecutorPreference(client.executor) {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<1000 {
                        group.addTask {
                            let body = [UInt8(truncatingIfNeeded: number)]
                            return try await client.request("echo", "execute", body: body).body == body ? 1 : 0
                        }
                    }
                    return try await group.reduce(0, +)
                }
            }
            #expect(sum == 1000)
        }
    }

    @Test func aTaskGoesOnElsewhereWhenTheClientHasEnded() async throws {
        try await withTestBus(.inproc) { bus in
            try await bus.worker("slow") { _ in
                try await Task.sleep(for: .seconds(60))
                return BusReply()
            }
            let task = try await withBusClient(connectedTo: bus.endpoint, context: bus.context) { client in
                try await client.whenConnected
                let began = OneTimeSignal()
                let task = Task(executorPreference: client.executor) {
                    began.happen()
                    let code = await #expect(throws: BusError.self) { try await client.request("slow", "execute") }?
                        .code
                    return (code, Self.threadName())
                }
                try await began.wait()
                return task
            }
            let (code, name) = await task.value
            #expect(code == .closed)
            #expect(name != "bus-client")
        }
    }

    @Test func aTaskRunsElsewhereWhileTheClientDoesNotRun() async throws {
        try await withTestBus(.inproc) { bus in
            let client = BusClient(.init(endpoint: bus.endpoint), context: bus.context, logger: bus.logger)
            let name = await withTaskExecutorPreference(client.executor) { Self.threadName() }
            #expect(name != "bus-client")
        }
    }
}
