import Testing

@testable import Bus

/// Who may begin when several brokers together send more than a worker takes at once.
@Suite struct HandlerPlacesTests {
    private var places = HandlerPlaces(limit: 2)

    private func call(_ key: UInt64, loop: Int = 0) -> CallReference { CallReference(loop: loop, key: key) }

    @Test mutating func whatIsBeyondTheLimitWaits() {
        #expect(places.enter(call(1), priority: 4) == .begin)
        #expect(places.enter(call(1, loop: 1), priority: 4) == .begin)
        guard case .wait = places.enter(call(2), priority: 4) else { return #expect(Bool(false), "it should wait") }
        #expect(places.taken == 2)
        #expect(places.waiting == 1)
    }

    @Test mutating func aPlaceGoesToTheMostUrgentThenToTheOneThatCameFirst() {
        for key in 1...2 { _ = places.enter(call(UInt64(key)), priority: 4) }
        _ = places.enter(call(3), priority: 4)
        _ = places.enter(call(4), priority: 9)
        _ = places.enter(call(5, loop: 1), priority: 4)
        #expect([places.leave(), places.leave(), places.leave()] == [call(4), call(3), call(5, loop: 1)])
        #expect(places.taken == 2)
        #expect(places.leave() == nil)
        #expect(places.taken == 1)
    }

    @Test mutating func whatWasWithdrawnGetsNoPlace() throws {
        for key in 1...2 { _ = places.enter(call(UInt64(key)), priority: 4) }
        guard case .wait(let ticket) = places.enter(call(3), priority: 4) else { return }
        #expect([places.withdraw(ticket), places.withdraw(ticket)] == [true, false])
        #expect(places.leave() == nil)
    }

    @Test mutating func whatHasAPlaceCannotBeWithdrawn() {
        for key in 1...2 { _ = places.enter(call(UInt64(key)), priority: 4) }
        guard case .wait(let ticket) = places.enter(call(3), priority: 4) else { return }
        #expect(places.leave() == call(3))
        #expect(places.withdraw(ticket) == false)
    }

    @Test mutating func thousandsThatComeAndAreWithdrawnLeaveNothingBehind() {
        for key in 1...2 { _ = places.enter(call(UInt64(key)), priority: 4) }
        for key in 3...10_000 {
            if case .wait(let ticket) = places.enter(call(UInt64(key)), priority: 4) { _ = places.withdraw(ticket) }
        }
        #expect(places.waiting == 0)
        _ = places.enter(call(20_000), priority: 0)
        #expect(places.leave() == call(20_000))
    }
}
