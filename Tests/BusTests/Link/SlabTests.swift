import Testing

@testable import Bus

@Suite struct SlabTests {
    @Test func anOldKeyFindsNothingWhenItsPlaceIsUsedAgain() {
        var slab = Slab<String>()
        let old = slab.insert("first")
        #expect(slab.remove(old) == "first")
        let new = slab.insert("second")
        #expect(Slab<String>.index(in: old) == Slab<String>.index(in: new))
        #expect(slab[old] == nil)
        #expect(slab.remove(old) == nil)
        #expect(slab[new] == "second")
    }

    @Test func noKeyIsZero() {
        var slab = Slab<Int>()
        #expect(slab.insert(1) != 0)
        #expect(slab[0] == nil)
        #expect(slab.remove(0) == nil)
    }

    @Test func placesAreUsedAgain() {
        var slab = Slab<Int>()
        for number in 0..<1000 { _ = slab.remove(slab.insert(number)) }
        let key = slab.insert(1)
        #expect(Slab<Int>.index(in: key) == 0)
        #expect(slab.count == 1)
        #expect(slab.keys == [key])
    }

    @Test func valuesChangeOnlyUnderALivingKey() {
        var slab = Slab<Int>()
        let key = slab.insert(1)
        slab[key] = 2
        #expect(slab[key] == 2)
        _ = slab.remove(key)
        slab[key] = 3
        #expect(slab.isEmpty)
    }
}
