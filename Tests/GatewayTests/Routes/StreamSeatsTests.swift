import Testing

@testable import Gateway

@Suite struct StreamSeatsTests {
    @Test func aSeatIsFreeAgainWhenNobodyHoldsIt() {
        let seats = StreamSeats(2)
        var held = [seats.take(), seats.take()]
        #expect(held.allSatisfy { $0 != nil } && seats.take() == nil)
        held.removeLast()
        held.append(seats.take())
        #expect(held.allSatisfy { $0 != nil } && seats.take() == nil)
    }
}
