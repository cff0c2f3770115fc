import Testing

@testable import Bus

@Suite struct LivenessTests {
    private let start = Moment.start
    private func liveness() -> Liveness { Liveness(interval: .seconds(1), at: start) }

    @Test func whoWasSilentForAnIntervalOwesAHeartbeat() {
        var liveness = liveness()
        #expect(!liveness.owesHeartbeat(at: start + .seconds(0.9)))
        #expect(liveness.owesHeartbeat(at: start + .seconds(1)))
        liveness.said(at: start + .seconds(1))
        #expect(!liveness.owesHeartbeat(at: start + .seconds(1.5)))
    }

    @Test func whoIsSilentForThreeIntervalsIsGone() {
        var liveness = liveness()
        liveness.heard(at: start + .seconds(2))
        let answers = [1, 2, 3, 4, 4.9, 5].map { liveness.isGone(at: start + .seconds($0)) }
        #expect(answers == [false, false, false, false, false, true])
        #expect(liveness.silence(at: start + .seconds(5)) == .seconds(3))
    }

    @Test func whoDidNotRunItselfBlamesNobodyForTheSilence() {
        var liveness = liveness()
        let answers = [60, 61, 62, 63].map { liveness.isGone(at: start + .seconds($0)) }
        #expect(answers == [false, false, false, true])
    }

    @Test func theNextChangeIsWhicheverComesFirst() {
        var liveness = liveness()
        #expect(liveness.nextChange == start + .seconds(1))
        liveness.said(at: start + .seconds(2.5))
        #expect(liveness.nextChange == start + .seconds(3))
    }
}
