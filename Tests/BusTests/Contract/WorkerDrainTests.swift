import Bus
import Support
import Synchronization
import Testing
import ZeroMQ

/// A worker that leaves under load, with several brokers and another worker: nothing is lost and nothing runs twice.
@Suite(.timeLimit(.minutes(1))) struct WorkerDrainTests {
    /// How often each request ran, and what went wrong.
    private struct Tally {
        var runs: [RequestID: Int] = [:]
        var repeats = 0
        var failures: [String] = []
    }

    private final class Ledger: Sendable {
        private let tally = Mutex(Tally())

        let answers = Recorder<RequestID>()

        var snapshot: Tally { tally.withLock { $0 } }

        func ran(_ request: BusRequest) {
            tally.withLock {
                $0.runs[request.requestID, default: 0] += 1
                $0.repeats += request.isRepeated ? 1 : 0
            }
        }

        func failed(_ error: any Error) { tally.withLock { $0.failures.append("\(error)") } }
    }

    /// A worker of both brokers, whose handlers take turns with others before they answer.
    private func worker(of one: TestBus, _ two: TestBus, ledger: Ledger) async throws -> BusWorker {
        let worker = BusWorker(
            .init(service: "work", endpoints: [one.endpoint, two.endpoint], credits: 16),
            context: one.context,
            logger: one.logger
        ) { request in
            ledger.ran(request)
            for _ in 0..<3 { await Task.yield() }
            return BusReply(body: request.body)
        }
        one.run(worker)
        try await worker.whenReadyEverywhere
        return worker
    }

    /// Asks one request after another until `isOver`.
    private func ask(_ client: BusClient, ledger: Ledger, until isOver: OneWay) async {
        while !isOver.isSet {
            let id = RequestID()
            do {
                let body = Array("\(id)".utf8)
                let reply = try await client.request("work", "a", body: body, within: .seconds(30), requestID: id)
                if reply.status == .ok, reply.body == body {
                    ledger.answers.record(id)
                } else {
                    ledger.failed(WrongReply())
                }
            } catch {
                ledger.failed(error)
            }
        }
    }

    private struct WrongReply: Error {}

    private final class OneWay: Sendable {
        private let flag = Atomic(false)
        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
    }

    @Test func aWorkerThatIsDrainedUnderLoadLosesNothingAndRunsNothingTwice() async throws {
        try await withTestBus(.tcp) { one in
            try await withTestBus(.tcp) { two in
                let ledger = Ledger()
                let staying = try await worker(of: one, two, ledger: ledger)
                try await drainRepeatedly(one, two, ledger: ledger)
                try await one.shutDown(staying)
                let tally = ledger.snapshot
                #expect(tally.failures == [])
                #expect(tally.repeats == 0)
                #expect(tally.runs.count > 500)
                let answers = Dictionary(ledger.answers.elements.map { ($0, 1) }, uniquingKeysWith: +)
                #expect(tally.runs == answers, "every request ran once and was answered once")
            }
        }
    }

    /// Has workers come and go while clients of both brokers ask.
    private func drainRepeatedly(_ one: TestBus, _ two: TestBus, ledger: Ledger) async throws {
        let isOver = OneWay()
        let clients = [one.client(), two.client()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients {
                for _ in 0..<20 { group.addTask { await self.ask(client, ledger: ledger, until: isOver) } }
            }
            defer { isOver.set() }
            for _ in 0..<5 {
                let leaving = try await worker(of: one, two, ledger: ledger)
                try await ledger.answers.wait(forCount: ledger.answers.elements.count + 100)
                try await one.shutDown(leaving)
            }
        }
    }
}
