import Testing
import ZeroMQ

@testable import Bus

@Suite struct BrokerRoundsTests {
    private let endpoints: [Endpoint] = [.inproc("a"), .inproc("b")]

    private func visits(_ count: Int, of rounds: inout BrokerRounds) -> [String] {
        (0..<count).map { _ in
            let wait = rounds.patienceWithRefusal.map { "\($0.components.attoseconds / 1_000_000_000_000_000)" } ?? "-"
            defer { rounds.moveOn() }
            return "\(rounds.current.address) \(wait)"
        }
    }

    @Test func brokersThatAreAllAwayAreBorneLongerWithEveryRound() {
        var rounds = BrokerRounds(endpoints)
        let first = ["a 0", "b 0", "a 20", "b 20", "a 40", "b 40", "a 80", "b 80", "a 160", "b 160", "a 320", "b 320"]
        #expect(visits(16, of: &rounds) == first + ["a 500", "b 500", "a 500", "b 500"])
    }

    @Test func theNextIsTriedAtOnceAfterOneThatWasThere() {
        var rounds = BrokerRounds(endpoints)
        _ = visits(9, of: &rounds)
        rounds.reached()
        #expect(visits(4, of: &rounds) == ["b 0", "a 0", "b 20", "a 20"])
    }

    @Test func theOnlyBrokerIsNotLeftBecauseItRefuses() {
        var rounds = BrokerRounds([.inproc("a")])
        #expect(visits(3, of: &rounds) == ["a -", "a -", "a -"])
    }

    @Test func theOnlyBrokerIsGivenMoreTimeWithEveryCut() {
        var rounds = BrokerRounds([.inproc("a")])
        let waits = (0..<8).map { _ in
            defer { rounds.moveOn() }
            return rounds.patienceWithCut
        }
        #expect(waits == [0, 20, 40, 80, 160, 320, 500, 500].map { .milliseconds($0) })
    }
}
