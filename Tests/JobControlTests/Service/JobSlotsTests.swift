import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobSlotsTests {
    @Test func placesAreGivenUntilEverythingIsFull() throws {
        let slots = JobSlots(running: 1, waiting: 1)
        #expect(try slots.take() == .running)
        #expect(try slots.take() == .waiting)
        #expect(throws: JobRefusal.overloaded(waiting: 1)) { try slots.take() }
        #expect(try slots.take(isAccepted: true) == .waiting)
    }

    @Test func whoWaitsGetsThePlaceThatBecomesFree() async throws {
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        slots.leave()
        try await slots.waitInLine {}
        #expect(try slots.take() == .waiting)
        slots.leave()
        try await slots.waitInLine {}
    }

    @Test func aPlaceIsGivenUpWhenPreparingFails() async throws {
        struct Failure: Error {}
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        await #expect(throws: Failure.self) { try await slots.waitInLine { throw Failure() } }
        #expect(try slots.take() == .waiting)
    }

    @Test func aClosedHouseLetsNobodyIn() async throws {
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        slots.close()
        await #expect(throws: CancellationError.self) { try await slots.waitInLine {} }
        #expect(throws: JobRefusal.shuttingDown) { try slots.take() }
    }
}
