import Testing

@testable import Bus

@Suite(.timeLimit(.minutes(1))) struct OneTimeSignalTests {
    @Test func everybodyWhoWaitsGoesOnWhenItHappens() async throws {
        let signal = OneTimeSignal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 { group.addTask { try await signal.wait() } }
            signal.happen()
            try await group.waitForAll()
        }
        try await signal.wait()
    }

    @Test func waitingForWhatHasEndedFails() async {
        let signal = OneTimeSignal()
        signal.end()
        await #expect(throws: BusError.self) { try await signal.wait() }
    }

    @Test func whatHasHappenedStaysSo() async throws {
        let signal = OneTimeSignal()
        signal.happen()
        signal.end()
        try await signal.wait()
    }

    @Test func aCancelledTaskStopsWaiting() async {
        let signal = OneTimeSignal()
        let task = Task { try await signal.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func whoWaitsOnlySoLongHearsThatItWasInVain() async {
        let signal = OneTimeSignal()
        let failure = BusError(.unreachable, "nobody is there")
        let error = await #expect(throws: BusError.self) {
            try await signal.wait(within: .milliseconds(5), orThrow: failure)
        }
        #expect(error?.message == "nobody is there")
    }

    @Test func whatHappensInTimeIsNoFailure() async throws {
        let signal = OneTimeSignal()
        signal.happen()
        try await signal.wait(within: .seconds(60), orThrow: BusError(.unreachable, "nobody is there"))
    }
}
