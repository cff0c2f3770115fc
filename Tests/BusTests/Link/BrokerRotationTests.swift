import Testing

@testable import Bus

@Suite struct BrokerRotationTests {
    private let start = Moment.start
    private var rotation = BrokerRotation(count: 3)

    @Test mutating func brokersAreTriedInTheOrderOfTheListWithoutAPause() {
        #expect(rotation.index == 0)
        rotation.moveOn(wasOfUse: false, at: start)
        #expect(rotation.index == 1)
        rotation.moveOn(wasOfUse: false, at: start)
        #expect(rotation.index == 2)
        #expect(rotation.nextAttempt <= start)
    }

    @Test mutating func aRoundInVainIsFollowedByAPauseThatGrowsToHalfASecond() {
        var pauses: [Duration] = []
        for _ in 0..<21 {
            rotation.moveOn(wasOfUse: false, at: start)
            if rotation.index == 0 { pauses.append(rotation.nextAttempt - start) }
        }
        #expect(pauses == [20, 40, 80, 160, 320, 500, 500].map { .milliseconds($0) })
    }

    @Test mutating func aBrokerThatWasOfUseIsLeftAtOnceAndThePausesBeginAnew() {
        for _ in 0..<6 { rotation.moveOn(wasOfUse: false, at: start) }
        let later = start + .seconds(1)
        rotation.moveOn(wasOfUse: true, at: later)
        #expect(rotation.index == 1)
        #expect(rotation.nextAttempt == later)
        for _ in 0..<3 { rotation.moveOn(wasOfUse: false, at: later) }
        #expect(rotation.nextAttempt == later + .milliseconds(20))
    }

    @Test mutating func aBrokerMayBeTriedAgain() {
        rotation.stay(wasOfUse: false, at: start)
        #expect(rotation.index == 0)
        #expect(rotation.nextAttempt <= start)
    }

    @Test func theOnlyBrokerIsTriedAgainAfterAPause() {
        var rotation = BrokerRotation(count: 1)
        rotation.moveOn(wasOfUse: false, at: start)
        #expect(rotation.index == 0)
        #expect(rotation.nextAttempt == start + .milliseconds(20))
    }
}
