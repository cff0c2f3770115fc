import Bus
import Support
import Testing

/// A worker that serves several brokers at once, over real ones.
@Suite(.timeLimit(.minutes(1))) struct SeveralBrokersTests {
    @Test func aWorkerAnswersTheClientsOfEveryBroker() async throws {
        try await withTestBus(.tcp) { one in
            try await withTestBus(.tcp) { two in
                let worker = BusWorker(
                    .init(service: "echo", endpoints: [one.endpoint, two.endpoint]),
                    context: one.context,
                    logger: one.logger
                ) { BusReply(body: $0.body) }
                one.run(worker)
                try await worker.whenReadyEverywhere
                for bus in [one, two] {
                    #expect(try await bus.client().request("echo", "execute", body: [7]).body == [7])
                }
                try await one.shutDown(worker)
            }
        }
    }

    @Test func aBrokerThatIsDownDoesNotDisturbTheOthers() async throws {
        try await withTestBus(.tcp) { one in
            try await withTestBus(.tcp) { two in
                let endpoints = [two.endpoint, one.endpoint]
                try await two.stopBroker()
                let worker = BusWorker(
                    .init(service: "echo", endpoints: endpoints),
                    context: one.context,
                    logger: one.logger
                ) { BusReply(body: $0.body) }
                one.run(worker)
                try await worker.whenReady
                #expect(try await one.client().request("echo", "execute", body: [1]).body == [1])
                try await two.startBroker()
                try await worker.whenReadyEverywhere
                #expect(try await two.client().request("echo", "execute", body: [2]).body == [2])
            }
        }
    }
}
