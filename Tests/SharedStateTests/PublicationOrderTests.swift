import Testing

@testable import SharedState

@Suite struct PublicationOrderTests {
    private var order = PublicationOrder()

    private func event(_ version: Int, _ id: String = "one") -> StateEvent {
        StateEvent(kind: .changed, id: id, version: version, patch: nil, author: nil, time: StateDesk.start)
    }

    @Test mutating func anEventWaitsForThoseBeforeIt() {
        order.enter(1, id: "one", version: 1)
        order.enter(2, id: "one", version: 2)
        order.enter(3, id: "one", version: 3)
        #expect(order.finish(3, id: "one", event: event(3)) == [])
        #expect(order.finish(1, id: "one", event: event(1)) == [event(1)])
        #expect(order.finish(2, id: "one", event: event(2)) == [event(2), event(3)])
    }

    @Test mutating func aChangeThatCameToNothingHoldsNobodyBack() {
        order.enter(1, id: "one", version: 1)
        order.enter(2, id: "one", version: 1)
        #expect(order.finish(2, id: "one", event: event(1)) == [])
        #expect(order.finish(1, id: "one", event: nil) == [event(1)])
    }

    @Test mutating func aTransactionThatRunsAgainKeepsOneTurn() {
        order.enter(1, id: "one", version: 1)
        order.enter(2, id: "one", version: 2)
        order.enter(1, id: "one", version: 3)
        #expect(order.finish(2, id: "one", event: event(2)) == [event(2)])
        #expect(order.finish(1, id: "one", event: event(3)) == [event(3)])
    }

    @Test mutating func documentsDoNotWaitForEachOther() {
        order.enter(1, id: "one", version: 1)
        order.enter(2, id: "two", version: 1)
        #expect(order.finish(2, id: "two", event: event(1, "two")) == [event(1, "two")])
        #expect(order.finish(1, id: "one", event: event(1)) == [event(1)])
    }

    @Test mutating func whoNeverEnteredHasNothingToTell() {
        #expect(order.finish(order.nextNumber(), id: "one", event: nil) == [])
    }
}
