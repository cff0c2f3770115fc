import Bus
import JSON
import Testing

@testable import JobRunner

@Suite struct EventStreamReaderTests {
    private func event(_ sequence: UInt64) -> Event {
        Event(topic: "job.7", sequence: sequence, type: "platform.warning", source: "/job-control", data: ["n": 1])
    }

    private func text(_ event: Event, end: String = "\n") -> String {
        "id: \(event.sequence)\(end)data: \(String(decoding: event.encoded(), as: UTF8.self))\(end)\(end)"
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func eventsAreReadWhateverEndsALine(_ end: String) throws {
        var reader = EventStreamReader()
        let events = try reader.take((": hello\(end)\(end)" + text(event(1), end: end) + text(event(2), end: end)).utf8)
        #expect(events.map(\.sequence) == [1, 2])
    }

    @Test func anEventMayArriveByteByByte() throws {
        var reader = EventStreamReader()
        let sequences = try text(event(5)).utf8.flatMap { try reader.take([$0]).map(\.sequence) }
        #expect(sequences == [5])
    }

    @Test func whatIsNoEventOfThePlatformIsAnError() {
        var reader = EventStreamReader()
        #expect(throws: RunnerFailure.self) { try reader.take("data: nonsense\n\n".utf8) }
    }
}
