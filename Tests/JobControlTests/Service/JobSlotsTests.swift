import Support
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct JobSlotsTests {
    private let linedUp = Recorder<String>()

    /// Notes that the job lines up: nobody sees the line before it stands there.
    private func waitInLine(_ job: String, _ slots: JobSlots) async throws -> Bool {
        try await slots.waitInLine(
            as: job,
            unless: { [linedUp] in
                linedUp.record(job)
                return false
            }
        )
    }

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
        #expect(try await slots.waitInLine(as: "a"))
        #expect(try slots.take() == .waiting)
        slots.leave()
        #expect(try await slots.waitInLine(as: "a"))
    }

    @Test func aPlaceIsGivenUpWhenPreparingFails() async throws {
        struct Failure: Error {}
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        await #expect(throws: Failure.self) { try await slots.waitInLine(as: "a", after: { throw Failure() }) }
        #expect(try slots.take() == .waiting)
    }

    @Test func aClosedHouseLetsNobodyIn() async throws {
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        slots.close()
        await #expect(throws: CancellationError.self) { try await slots.waitInLine(as: "a") }
        #expect(throws: JobRefusal.shuttingDown) { try slots.take() }
    }

    @Test func aJobIsCalledOutOfTheLineAndTheOthersMoveUp() async throws {
        let slots = JobSlots(running: 1, waiting: 2)
        for _ in 0..<3 { _ = try slots.take() }
        async let first = waitInLine("a", slots)
        try await linedUp.wait(forCount: 1)
        async let second = waitInLine("b", slots)
        try await linedUp.wait(forCount: 2)
        #expect([slots.position(of: "a"), slots.position(of: "b")] == [0, 1])
        slots.callOut("a")
        #expect(try await first == false)
        #expect(slots.position(of: "b") == 0)
        slots.leave()
        #expect(try await second)
    }

    @Test func aJobThatSomebodyWantsDoesNotLineUp() async throws {
        let slots = JobSlots(running: 1, waiting: 1)
        _ = try slots.take()
        _ = try slots.take()
        #expect(try await slots.waitInLine(as: "a", unless: { true }) == false)
        #expect(slots.position(of: "a") == nil)
        #expect(try slots.take() == .waiting)
    }
}
