import Support
import Testing

@testable import Bus

@Suite struct RequestIndexTests {
    @Test func itFindsWhatADictionaryFinds() {
        var random = SeededGenerator(seed: 3)
        var index = RequestIndex(seed: 7)
        var model: [[UInt64]: Int] = [:]
        for slot in 0..<20_000 {
            let (client, correlation) = (
                Int.random(in: 0..<3, using: &random), UInt64.random(in: 0..<500, using: &random)
            )
            if let old = model.removeValue(forKey: [UInt64(client), correlation]) {
                index.remove(correlation, client: client, slot: old + 1)
                #expect(index.slot(of: correlation, client: client) == old, "another request stands there")
                index.remove(correlation, client: client, slot: old)
            } else {
                model[[UInt64(client), correlation]] = slot
                index.insert(correlation, client: client, slot: slot)
            }
            #expect(index.slot(of: correlation, client: client) == model[[UInt64(client), correlation]])
        }
        #expect(index.count == model.count)
        for (key, slot) in model { #expect(index.slot(of: key[1], client: Int(key[0])) == slot) }
    }

    @Test func ofTwoUnderOneCorrelationTheFirstIsFound() {
        var index = RequestIndex(seed: 7)
        index.insert(1, client: 1, slot: 10)
        index.insert(1, client: 1, slot: 11)
        #expect(index.slot(of: 1, client: 1) == 10 && index.slot(of: 1, client: 2) == nil)
        index.remove(1, client: 1, slot: 11)
        #expect(index.slot(of: 1, client: 1) == 10)
        index.remove(1, client: 1, slot: 10)
        #expect(index.slot(of: 1, client: 1) == nil && index.count == 0)
    }
}
