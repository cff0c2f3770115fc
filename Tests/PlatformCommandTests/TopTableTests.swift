import Bus
import JSON
import Testing

@testable import PlatformCommand

@Suite struct TopTableTests {
    /// A broker's figures at a time after its start.
    private func figures(
        at seconds: Double,
        of source: String = "/broker/1",
        counters: [String: Int] = [:],
        _ services: [BusStatistics.Service] = [],
        workers: [BusStatistics.Worker] = []
    ) -> BusStatistics {
        var statistics = BusStatistics(source: source, uptime: .seconds(seconds))
        statistics.numbers = counters
        statistics.services = services
        statistics.workers = workers
        return statistics
    }

    private func service(_ name: String, _ change: (inout BusStatistics.Service) -> Void) -> BusStatistics.Service {
        var service = BusStatistics.Service(name: name)
        change(&service)
        return service
    }

    @Test func ratesAreWhatWasCountedBetweenTwoFiguresByTheBrokersClock() throws {
        let earlier = figures(
            at: 10,
            counters: ["requests": 100, "refused": 2],
            [service("text") { $0.requests = 100 }]
        )
        let latest = figures(
            at: 12,
            counters: ["requests": 160, "refused": 3, "expired": 2, "lost": 1, "forbidden": 2],
            [
                service("text") {
                    $0.requests = 150
                    $0.expired = 1
                },
                service("new") { $0.requests = 10 },
            ]
        )
        let table = TopTable([.init(name: "a", latest: latest, earlier: earlier)])
        #expect(table.services.map(\.name) == ["new", "text"])
        #expect(table.services.map(\.rates) == [.init(requests: 5, errors: 0), .init(requests: 25, errors: 0.5)])
        #expect(table.brokers.first?.figures?.rates == .init(requests: 30, errors: 3))
        #expect(table.total.rates == .init(requests: 30, errors: 3))
    }

    @Test func theFirstFiguresOfABrokerHaveNoRates() {
        let first = figures(at: 1, counters: ["requests": 7], [service("text") { $0.requests = 7 }])
        for earlier in [nil, figures(at: 900, of: "/broker/0", counters: ["requests": 5])] {
            let table = TopTable([.init(name: "a", latest: first, earlier: earlier)])
            #expect(table.services.map(\.rates) == [.init()])
            #expect(table.total.rates == .init())
        }
    }

    @Test func aServiceThatWentAndCameBackIsCountedFromItsReturn() {
        let earlier = figures(at: 1, [service("text") { $0.requests = 1000 }])
        let latest = figures(at: 2, [service("text") { $0.requests = 4 }])
        let table = TopTable([.init(name: "a", latest: latest, earlier: earlier)])
        #expect(table.services.first?.rates.requests == 4)
    }

    @Test func ofSeveralBrokersRequestsAddUpAndWorkersCountOnce() throws {
        func sample(_ name: String, requests: Int, waiting: Int, oldest: Duration) -> TopTable.Sample {
            let before = figures(at: 1, counters: ["requests": 0])
            let after = figures(
                at: 2,
                counters: ["requests": requests],
                [
                    service("text") {
                        ($0.workers, $0.credits, $0.inHand) = (2, 512, 3)
                        ($0.waiting, $0.oldestWaiting, $0.requests) = (waiting, oldest, requests)
                    }
                ],
                workers: [.init(service: "text", name: "w")]
            )
            return .init(name: name, latest: after, earlier: before)
        }
        let table = TopTable([
            sample("b", requests: 10, waiting: 1, oldest: .milliseconds(5)),
            sample("a", requests: 20, waiting: 4, oldest: .milliseconds(90)),
            .init(name: "c"),
        ])
        let row = try #require(table.services.first)
        #expect([row.workers, row.credits, row.inHand, row.waiting] == [2, 512, 6, 5])
        #expect(row.oldestWaiting == .milliseconds(90))
        #expect(row.rates.requests == 30)
        #expect(table.brokers.map(\.name) == ["b", "a", "c"])
        #expect(table.brokers.map { $0.figures == nil } == [false, false, true])
        #expect(table.workers.map(\.broker) == ["a", "b"])
        #expect(table.total.rates.requests == 30)
    }

    @Test func aBoardShowsWhatChangedBetweenItsTables() {
        let start = ContinuousClock.now
        var board = TopBoard(brokers: ["a"])
        #expect(!board.isHeard)
        board.hear(figures(at: 1, counters: ["requests": 0]), from: 0, at: start)
        #expect(board.advance(at: start).total.rates.requests == nil)
        board.hear(figures(at: 2, counters: ["requests": 5]), from: 0, at: start + .seconds(1))
        board.hear(figures(at: 3, counters: ["requests": 30]), from: 0, at: start + .seconds(2))
        #expect(board.advance(at: start + .seconds(2)).total.rates.requests == 15)
        // Nothing new was said: the table stays as it is.
        #expect(board.advance(at: start + .seconds(3)).total.rates.requests == 15)
    }

    @Test func aSilentBrokerIsNotShownAsIfItWereThere() {
        let start = ContinuousClock.now
        var board = TopBoard(brokers: ["a"])
        board.hear(figures(at: 1), from: 0, at: start)
        #expect(board.advance(at: start + TopBoard.patience).brokers.first?.figures != nil)
        #expect(board.advance(at: start + TopBoard.patience + .milliseconds(1)).brokers.first?.figures == nil)
        #expect(!board.isHeard)
        // It is back, in a new life: rates come with its second word.
        board.hear(figures(at: 1, of: "/broker/2"), from: 0, at: start + .seconds(9))
        #expect(board.advance(at: start + .seconds(9)).total.rates.requests == nil)
    }
}
