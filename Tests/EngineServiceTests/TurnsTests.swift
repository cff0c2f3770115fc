import Synchronization
import Testing

@testable import EngineService

@Suite(.timeLimit(.minutes(1))) struct TurnsTests {
    @Test func callsForOneKeyNeverOverlap() async throws {
        let turns = Turns()
        let room = Room()
        try await withThrowingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    try await turns.take("key") {
                        #expect(room.enter() == 1)
                        await Task.yield()
                        room.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func callsForOtherKeysDoNotWait() async throws {
        let turns = Turns()
        let value = try await turns.take("a") { try await turns.take("b") { 7 } }
        #expect(value == 7)
    }

    @Test func whoWasGivenUpWhileWaitingDoesNotRun() async throws {
        let turns = Turns()
        let (entered, hasEntered) = AsyncStream<Void>.makeStream()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let first = Task {
            try await turns.take("key") {
                hasEntered.finish()
                for await _ in gate {}
            }
        }
        for await _ in entered {}
        let second = Task {
            try await turns.take("key") { Issue.record("it ran") }
        }
        second.cancel()
        open.finish()
        try await first.value
        await #expect(throws: CancellationError.self) { try await second.value }
        #expect(try await turns.take("key") { true })
    }
}

/// Counts who is inside.
private final class Room: Sendable {
    private let inside = Atomic(0)

    func enter() -> Int { inside.wrappingAdd(1, ordering: .relaxed).newValue }
    func leave() { inside.wrappingSubtract(1, ordering: .relaxed) }
}
