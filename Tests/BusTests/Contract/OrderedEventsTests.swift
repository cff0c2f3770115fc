import Bus
import Support
import Synchronization
import Testing

/// `events(of:)`: nothing missing, nothing twice, in order, whatever happens on the way.
@Suite(.timeLimit(.minutes(1))) struct OrderedEventsTests {
    /// Keeps events as a service's store does: first here, then on the bus.
    private final class History: Sendable {
        private let events = Mutex<[Event]>([])
        private let asked = Mutex<[UInt64]>([])

        var replays: [UInt64] { asked.withLock { $0 } }

        func append(_ count: Int) -> [Event] {
            events.withLock { events in
                let new = (0..<count).map { event("job.7", UInt64(events.count + 1 + $0)) }
                events += new
                return new
            }
        }

        func replay(after sequence: UInt64) -> [Event] {
            asked.withLock { $0.append(sequence) }
            return events.withLock { $0.filter { $0.sequence > sequence } }
        }
    }

    private func sequences(
        of stream: AsyncThrowingStream<[Event], any Error>,
        upTo last: UInt64
    ) async throws -> [UInt64] {
        var sequences: [UInt64] = []
        for try await events in stream {
            sequences += events.map(\.sequence)
            if sequences.last == last { break }
        }
        return sequences
    }

    @Test(arguments: TestBus.Transport.allCases)
    func thePastAndThePresentMakeOneSequenceWithOneReplay(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport) { bus in
            let publisher = try await bus.publisher()
            let history = History()
            publisher.publish(history.append(50))
            let replayed = Recorder<Bool>()
            let stream = bus.subscriber().events(of: "job.7") { after in
                defer { replayed.record(true) }
                return history.replay(after: after)
            }
            async let sequences = sequences(of: stream, upTo: 200)
            try await replayed.wait(forCount: 1)
            for _ in 0..<150 { publisher.publish(history.append(1)) }
            #expect(try await sequences == Array(1...200))
            #expect(history.replays == [0])
        }
    }

    @Test func whatHappensWhileThePastIsAskedForIsNotDoubledAndNotLost() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let history = History()
            publisher.publish(history.append(10))
            let stream = bus.subscriber().events(of: "job.7", after: 4) { after in
                publisher.publish(history.append(5))
                let events = history.replay(after: after)
                publisher.publish(history.append(5))
                return events
            }
            #expect(try await sequences(of: stream, upTo: 20) == Array(5...20))
            #expect(history.replays == [4])
        }
    }

    @Test func whatWasLostOnTheWayIsAskedFor() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let history = History()
            let replayed = Recorder<Bool>()
            let stream = bus.subscriber().events(of: "job.7") { after in
                defer { replayed.record(true) }
                return history.replay(after: after)
            }
            async let sequences = sequences(of: stream, upTo: 5)
            try await replayed.wait(forCount: 1)
            publisher.publish(history.append(1))
            _ = history.append(3)
            publisher.publish(history.append(1))
            #expect(try await sequences == Array(1...5))
            #expect(history.replays == [0, 1])
        }
    }

    @Test(arguments: TestBus.Transport.allCases)
    func aBrokerThatRestartsLosesNothing(_ transport: TestBus.Transport) async throws {
        try await withTestBus(transport, heartbeat: .milliseconds(100)) { bus in
            let publisher = try await bus.publisher()
            let history = History()
            let replayed = Recorder<Bool>()
            let stream = bus.subscriber().events(of: "job.7") { after in
                defer { replayed.record(true) }
                return history.replay(after: after)
            }
            async let sequences = sequences(of: stream, upTo: 30)
            try await replayed.wait(forCount: 1)
            publisher.publish(history.append(10))
            try await bus.stopBroker()
            publisher.publish(history.append(10))
            try await bus.startBroker()
            publisher.publish(history.append(10))
            #expect(try await sequences == Array(1...30))
        }
    }

    @Test func topicsThatOnlyBeginTheSameAreLeftOut() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let replayed = Recorder<Bool>()
            let stream = bus.subscriber().events(of: "job.7") { _ in
                defer { replayed.record(true) }
                return []
            }
            async let sequences = sequences(of: stream, upTo: 2)
            try await replayed.wait(forCount: 1)
            publisher.publish([event("job.77", 1), event("job.7", 1), event("job.77", 2), event("job.7", 2)])
            #expect(try await sequences == [1, 2])
        }
    }

    @Test func aHoleThatTheHistoryHasTooIsAnError() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let replayed = Recorder<Bool>()
            let stream = bus.subscriber().events(of: "job.7") { _ in
                defer { replayed.record(true) }
                return []
            }
            let following = Task { try await sequences(of: stream, upTo: 9) }
            try await replayed.wait(forCount: 1)
            publisher.publish([event("job.7", 3)])
            let error = await #expect(throws: BusError.self) { try await following.value }
            #expect(error?.code == .eventsMissing)
            #expect(error?.message == "events 1 to 2 of job.7 are not in its history")
        }
    }

    @Test func aKeeperThatIsAwayForAMomentIsAskedAgain() async throws {
        try await withTestBus { bus in
            let publisher = try await bus.publisher()
            let history = History()
            let asked = Recorder<UInt64>()
            let stream = bus.subscriber().events(of: "job.7") { after in
                defer { asked.record(after) }
                if (1...2).contains(asked.elements.count) { throw BusError(.noWorker, "nobody offers jobs") }
                return history.replay(after: after)
            }
            async let sequences = sequences(of: stream, upTo: 3)
            try await asked.wait(forCount: 1)
            _ = history.append(2)
            publisher.publish(history.append(1))
            #expect(try await sequences == [1, 2, 3])
            #expect(asked.elements.count == 4)
        }
    }

    @Test func aReplayThatFailsIsTheStreamsError() async throws {
        try await withTestBus { bus in
            let stream = bus.subscriber().events(of: "job.7") { _ in throw Problem(.notFound, "No such job: 7") }
            await #expect(throws: Problem.self) { for try await _ in stream {} }
        }
    }

    @Test func cancellingTheTaskEndsTheStream() async throws {
        try await withTestBus { bus in
            let stream = bus.subscriber().events(of: "job.7") { _ in [event("job.7", 1)] }
            let first = Recorder<Bool>()
            let task = Task {
                for try await _ in stream { first.record(true) }
            }
            try await first.wait(forCount: 1)
            task.cancel()
            try await task.value
        }
    }
}
