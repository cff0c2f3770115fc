import Bus
import JSON
import Testing

@testable import PlatformCommand

@Suite struct TopTextTests {
    private var table: TopTable {
        var earlier = BusStatistics(source: "/broker/1", uptime: .seconds(3599))
        earlier.numbers = ["requests": 0]
        var latest = BusStatistics(source: "/broker/1", uptime: .seconds(3600))
        latest.numbers = ["requests": 1236, "refused": 1, "peers": 12, "inFlight": 7, "waiting": 3, "heldBytes": 1536]
        var text = BusStatistics.Service(name: "text")
        (text.workers, text.credits, text.inHand, text.waiting) = (2, 1024, 4, 3)
        (text.oldestWaiting, text.requests, text.refused) = (.milliseconds(250), 1234, 1)
        latest.services = [text, .init(name: "idle")]
        var worker = BusStatistics.Worker(service: "text", name: "w1")
        (worker.credits, worker.inHand, worker.peer) = (512, 4, "text-key")
        latest.workers = [worker]
        return TopTable([
            .init(name: "tcp://127.0.0.1:5550", latest: latest, earlier: earlier), .init(name: "tcp://127.0.0.1:5560"),
        ])
    }
    private let time = Timestamp(millisecondsSinceEpoch: 1_769_850_900_123)

    @Test func theTableIsTextInColumns() {
        #expect(
            TopText.lines(table, at: time, workers: true) == [
                "platform top  2026-01-31T09:15:00.123Z",
                "",
                "BROKER                       UP  PEERS  IN FLIGHT  WAITING     HELD  REQUESTS/S  ERRORS/S",
                "tcp://127.0.0.1:5550  1 h 0 min     12          7        3  1.5 KiB       1,236       1.0",
                "tcp://127.0.0.1:5560  not heard",
                "",
                "SERVICE  WORKERS  CREDITS  IN HAND  WAITING  OLDEST  REQUESTS/S  ERRORS/S",
                "idle           0        0        0        0       -           0         0",
                "text           2    1,024        4        3  250 ms       1,234       1.0",
                "total          2    1,024        4        3  250 ms       1,236       1.0",
                "",
                "SERVICE  WORKER  BROKER                KEY       CREDITS  IN HAND",
                "text     w1      tcp://127.0.0.1:5550  text-key      512        4",
            ]
        )
    }

    @Test func withoutWorkersTheyAreNotListed() {
        #expect(!TopText.lines(table, at: time, workers: false).contains { $0.contains("text-key") })
        #expect(TopJSON.object(table, at: time, workers: false)["workers"] == nil)
    }

    @Test func programsReadTheSameAsJSON() throws {
        let object = TopJSON.object(table, at: time, workers: true)
        #expect(object["time"] == "2026-01-31T09:15:00.123Z")
        #expect(object["brokers"]?.arrayValue?.last == ["broker": "tcp://127.0.0.1:5560", "up": false])
        let text = try #require(object["services"]?.arrayValue?.last)
        #expect(text["service"] == "text")
        #expect(text["oldestWaitingMs"] == 250)
        #expect(text["requestsPerSecond"]?.doubleValue == 1234)
        #expect(object["total"]?["errorsPerSecond"]?.doubleValue == 1)
        #expect(object["workers"]?.arrayValue?.first?["key"] == "text-key")
        #expect(TopJSON.object(TopTable([]), at: time, workers: false)["total"]?["requestsPerSecond"] == .null)
    }

    @Test(
        arguments: [
            (nil, "-"), (0, "0"), (0.04, "0"), (0.25, "0.3"), (9.94, "9.9"), (9.96, "10"), (12.5, "13"),
            (1_234_567, "1,234,567"),
        ] as [(Double?, String)]
    )
    func ratesHaveATenthWhereItTellsSomething(_ rate: Double?, _ text: String) {
        #expect(TopText.rate(rate) == text)
    }

    @Test(arguments: [(850, "850 ms"), (2540, "2.5 s"), (60_000, "1 min 0 s"), (7_500_000, "2 h 5 min")])
    func agesAreWordsOfTwoUnitsAtMost(_ milliseconds: Int, _ text: String) {
        #expect(TopText.short(.milliseconds(milliseconds)) == text)
    }

    @Test(arguments: [(0, "0 B"), (1023, "1023 B"), (67_108_864, "64.0 MiB"), (5_368_709_120, "5.0 GiB")])
    func bytesAreInTheUnitThatFits(_ number: Int, _ text: String) {
        #expect(TopText.bytes(number) == text)
    }
}
