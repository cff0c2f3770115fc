import Bus
import JSON
import Testing

@Suite struct BusStatisticsTests {
    private let data: JSONValue = [
        "source": "/broker/b1", "uptimeMs": 90_500, "malformed": 3, "heldBytes": 4096,
        "services": [
            [
                "service": "text", "workers": 2, "credits": 512, "inHand": 7, "waiting": 3, "oldestWaitingMs": 250,
                "requests": 100, "replies": 90, "refused": 4, "expired": 2, "lost": 1,
            ]
        ],
        "workers": [["service": "text", "worker": "w1", "credits": 256, "inHand": 7, "peer": "text-key"]],
    ]

    @Test func everythingThatABrokerSaysIsRead() throws {
        let statistics = BusStatistics(reading: data)
        #expect(statistics.source == "/broker/b1")
        #expect(statistics.uptime == .seconds(90.5))
        #expect(statistics["malformed"] == 3)
        #expect(statistics["heldBytes"] == 4096)
        let service = try #require(statistics.services.first)
        #expect(service.name == "text")
        #expect([service.workers, service.credits, service.inHand, service.waiting] == [2, 512, 7, 3])
        #expect(service.oldestWaiting == .milliseconds(250))
        #expect([service.requests, service.replies, service.refused] == [100, 90, 4])
        #expect([service.expired, service.lost] == [2, 1])
        let worker = try #require(statistics.workers.first)
        #expect([worker.service, worker.name, worker.peer] == ["text", "w1", "text-key"])
        #expect([worker.credits, worker.inHand] == [256, 7])
    }

    @Test func whatABrokerDoesNotSayIsNothing() {
        let statistics = BusStatistics(reading: ["services": [["service": "text"], ["workers": 1]], "workers": 4])
        #expect(statistics.uptime == .zero)
        #expect(statistics["malformed"] == 0)
        #expect(statistics.services == [.init(name: "text")])
        #expect(statistics.workers == [])
    }

    @Test func anEventsSourceNamesTheBrokersLife() {
        let event = Event(
            topic: BusStatistics.topic,
            sequence: 1,
            type: "platform.statistics",
            source: "/broker/b2",
            data: data
        )
        #expect(BusStatistics(event).source == "/broker/b2")
        #expect(BusStatistics(event).services.count == 1)
    }
}
