import JSON
import Support
import Testing
import ZeroMQ

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct BrokerStatisticsTests {
    var bench = MachineBench()

    @Test mutating func everyServiceAndWorkerHasARow() throws {
        try bench.addWorker("worker", credits: 1)
        try bench.request(1)
        let correlation = bench.forwarded
        try bench.request(2)
        bench.now = .start + .milliseconds(1500)
        try bench.request(3)
        let snapshot = bench.machine.statisticsSnapshot(at: bench.now)
        #expect(snapshot["requests"] == 3 && snapshot["waiting"] == 2 && snapshot["peers"] == 2)
        #expect(
            snapshot["services"] == [
                [
                    "service": "echo", "workers": 1, "credits": 1, "inHand": 1, "waiting": 2, "oldestWaitingMs": 1500,
                    "requests": 3, "replies": 0, "refused": 0, "expired": 0, "lost": 0,
                ]
            ]
        )
        #expect(snapshot["workers"] == [["service": "echo", "worker": "bench-1", "credits": 1, "inHand": 1]])
        try bench.reply(correlation, from: "worker")
        #expect(bench.machine.statisticsSnapshot(at: bench.now)["services"]?[0]?["replies"] == 1)
    }

    @Test func onlyWhoeverCouldSeeTheStatisticsWatchesThem() {
        var watch = StatisticsWatch()
        func note(_ kind: UInt8, _ topic: String) -> Bool? {
            ([kind] + Array(topic.utf8)).withUnsafeBytes { watch.note($0) }
        }
        #expect(note(1, "bus.worker") == nil && note(1, "bus.statistics.more") == nil && note(0, "bus.") == nil)
        #expect(note(1, "") == nil && note(1, "bus.") == true)
        #expect(note(1, "bus.statistics") == nil && note(1, "bus.") == nil)
        #expect(note(0, "bus.") == nil && note(0, "") == nil && watch.isWatched)
        #expect(note(0, "bus.statistics") == false)
    }

    @Test(arguments: TestBus.Transport.allCases)
    func whoSubscribesGetsThemUntilItLeaves(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport, configure: { $0.statisticsInterval = .milliseconds(20) }) { bus in
            try await bus.worker("echo") { BusReply(body: $0.body) }
            let client = bus.client()
            _ = try await client.request("echo", "execute", body: [1])
            let subscriber = bus.subscriber()
            let subscription = try await subscriber.subscribe(to: StatisticsWatch.topic)
            var sequences: [UInt64] = []
            for await case .events(let events) in subscription {
                sequences += events.map(\.sequence)
                #expect(events.allSatisfy { $0.type == "platform.broker.statistics" && $0.data["requests"] == 1 })
                #expect(events[0].data["services"]?[0]?["service"] == "echo")
                if sequences.count >= 3 { break }
            }
            #expect(sequences == (0..<sequences.count).map { sequences[0] + UInt64($0) })
        }
    }
}
