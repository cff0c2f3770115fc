import Support
import Testing

@testable import Bus

@Suite struct PeerIndexTests {
    @Test func itFindsWhatADictionaryFinds() {
        var random = SeededGenerator(seed: 3)
        var index = PeerIndex(seed: 7)
        var model: [[UInt64]: Int] = [:]
        for slot in 0..<20_000 {
            let (peer, number) = (
                Int.random(in: 0..<3, using: &random), UInt64.random(in: 0..<500, using: &random)
            )
            if let old = model.removeValue(forKey: [UInt64(peer), number]) {
                index.remove(number, peer: peer, row: old + 1)
                #expect(index.row(of: number, peer: peer) == old, "another row stands there")
                index.remove(number, peer: peer, row: old)
            } else {
                model[[UInt64(peer), number]] = slot
                index.insert(number, peer: peer, row: slot)
            }
            #expect(index.row(of: number, peer: peer) == model[[UInt64(peer), number]])
        }
        #expect(index.count == model.count)
        for (key, slot) in model { #expect(index.row(of: key[1], peer: Int(key[0])) == slot) }
    }

    @Test func ofTwoUnderOneKeyTheFirstIsFound() {
        var index = PeerIndex(seed: 7)
        index.insert(1, peer: 1, row: 10)
        index.insert(1, peer: 1, row: 11)
        #expect(index.row(of: 1, peer: 1) == 10 && index.row(of: 1, peer: 2) == nil)
        index.remove(1, peer: 1, row: 11)
        #expect(index.row(of: 1, peer: 1) == 10)
        index.remove(1, peer: 1, row: 10)
        #expect(index.row(of: 1, peer: 1) == nil && index.count == 0)
    }
}
