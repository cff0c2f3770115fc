import Support
import Testing

@testable import JobControl

@Suite(.timeLimit(.minutes(1))) struct PlacesByNameTests {
    /// Somebody who has a place until the test says so.
    private func occupy(_ places: PlacesByName, _ name: String, until gate: Promise<Void>) async throws -> Task<
        Void, any Error
    > {
        let isIn = Promise<Void>()
        let task = Task {
            try await places.withPlace(name) {
                isIn.fulfil(.success(()))
                try await gate.value
            }
        }
        try await isIn.value
        return task
    }

    @Test func namesDoNotWaitForEachOther() async throws {
        let places = PlacesByName(limit: 1)
        let gate = Promise<Void>()
        let first = try await occupy(places, "a", until: gate)
        #expect(try await places.withPlace("b") { 7 } == 7)
        gate.fulfil(.success(()))
        try await first.value
        #expect(try await places.withPlace("a") { 8 } == 8)
    }

    @Test func whoWaitsIsServedInTurn() async throws {
        let places = PlacesByName(limit: 1)
        let gate = Promise<Void>()
        let first = try await occupy(places, "a", until: gate)
        let served = Recorder<Int>()
        // Started at once, up to its first wait: so they line up in this order.
        let others = (0..<5).map { number in
            Task.immediate { try await places.withPlace("a") { served.record(number) } }
        }
        #expect(served.elements == [])
        gate.fulfil(.success(()))
        try await first.value
        for other in others { try await other.value }
        #expect(served.elements == [0, 1, 2, 3, 4])
    }

    @Test func whoGivesUpLosesNobodysPlace() async throws {
        let places = PlacesByName(limit: 1)
        let gate = Promise<Void>()
        let first = try await occupy(places, "a", until: gate)
        let second = Task.immediate { try await places.withPlace("a") {} }
        let third = Task.immediate { try await places.withPlace("a") { 3 } }
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        gate.fulfil(.success(()))
        try await first.value
        #expect(try await third.value == 3)
    }

    @Test func aPlaceIsFreeAgainAfterAFailure() async throws {
        struct Failure: Error {}
        let places = PlacesByName(limit: 1)
        await #expect(throws: Failure.self) { try await places.withPlace("a") { throw Failure() } }
        #expect(try await places.withPlace("a") { 1 } == 1)
    }

    @Test func noMoreCallsOfAServiceThanItsPlacesAreUnderWay() async throws {
        let gate = Promise<Void>()
        let called = Recorder<String>()
        let scripted = ScriptedPartners { call in
            called.record(call.target.name)
            try await gate.value
            return TaskResult(status: 204)
        }
        let harness = ControllerHarness(scripted, partners: GatedPartners(scripted, tasksPerService: 2))
        let tasks = ["a", "a", "a", "a", "b"].map { #"{"tag":"\#($0)"}"# }.joined(separator: ",")
        let handle = try harness.submit(#"{"steps":[{"tasks":[\#(tasks)]}]}"#)
        try await called.wait(forCount: 3)
        #expect(called.elements.sorted() == ["a", "a", "b"])
        gate.fulfil(.success(()))
        #expect(try await handle.whenEnded == .completed)
        #expect(called.elements.count == 5)
    }
}
