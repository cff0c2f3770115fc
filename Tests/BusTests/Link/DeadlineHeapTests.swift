import Support
import Testing

@testable import Bus

@Suite struct DeadlineHeapTests {
    private let start = Moment.start

    @Test func deadlinesComeOutInTheirOrderWhateverWasRemoved() {
        var random = SeededGenerator(seed: 7)
        var heap = DeadlineHeap()
        var expected: [Int: Int] = [:]
        for slot in 0..<500 {
            let offset = Int.random(in: 0..<10_000, using: &random)
            heap.insert(start + .milliseconds(offset), slot: slot)
            expected[slot] = offset
        }
        for slot in 0..<500 where slot % 3 == 0 {
            heap.remove(slot: slot)
            expected[slot] = nil
        }
        var offsets: [Int] = []
        while let slot = heap.popExpired(at: start + .seconds(10)) {
            offsets.append(expected.removeValue(forKey: slot) ?? -1)
        }
        #expect(offsets == offsets.sorted())
        #expect(offsets.count == 333)
        #expect(expected.isEmpty)
    }

    @Test func nothingComesOutBeforeItsTime() {
        var heap = DeadlineHeap()
        heap.insert(start + .seconds(2), slot: 4)
        #expect(heap.popExpired(at: start + .seconds(1)) == nil)
        #expect(heap.earliest == start + .seconds(2))
        #expect(heap.popExpired(at: start + .seconds(2)) == 4)
        #expect(heap.earliest == nil)
    }

    @Test func aSlotCanBeUsedAgain() {
        var heap = DeadlineHeap()
        heap.insert(start + .seconds(1), slot: 0)
        heap.remove(slot: 0)
        heap.remove(slot: 0)
        heap.insert(start + .seconds(3), slot: 0)
        #expect(heap.earliest == start + .seconds(3))
        #expect(heap.count == 1)
    }
}
