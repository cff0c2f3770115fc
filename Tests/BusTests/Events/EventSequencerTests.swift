import Support
import Testing

@testable import Bus

@Suite struct EventSequencerTests {
    private func sequences(_ events: [Event]) -> [UInt64] { events.map(\.sequence) }

    @Test func repetitionsAreDropped() {
        var sequencer = EventSequencer(after: 0)
        #expect(sequences(sequencer.accept([event(1), event(2)])) == [1, 2])
        #expect(sequences(sequencer.accept([event(2), event(1), event(3)])) == [3])
    }

    @Test func whatCameTooEarlyWaitsForWhatIsMissing() {
        var sequencer = EventSequencer(after: 4)
        #expect(sequencer.accept([event(7), event(8)]).isEmpty)
        #expect(sequencer.hole == 5...6)
        #expect(sequences(sequencer.accept([event(5), event(6)])) == [5, 6, 7, 8])
        #expect(!sequencer.hasHole)
    }

    @Test func anyOrderGivesTheSameSequence() {
        var random = SeededGenerator(seed: 11)
        let shuffled = (1...200).map { event(UInt64($0)) }.shuffled(using: &random)
        var sequencer = EventSequencer(after: 0)
        let delivered = shuffled.flatMap { sequencer.accept([$0]) }
        #expect(sequences(delivered) == Array(1...200))
    }

    private func event(_ sequence: UInt64) -> Event { BusTests.event("test.topic", sequence) }
}
