import Support
import Testing
import ZeroMQ

@testable import Bus

@Suite struct RoutingTableTests {
    @Test func itFindsWhatADictionaryFinds() {
        var random = SeededGenerator(seed: 7)
        var table = RoutingTable(seed: 3)
        var expected: [[UInt8]: (row: Int, key: RoutingID)] = [:]
        for row in 0..<20_000 {
            let count = [0, 1, 5, 5, 8, 9, 30].randomElement(using: &random) ?? 5
            let id = (0..<count).map { _ in UInt8.random(in: 0...7, using: &random) }
            if let known = expected.removeValue(forKey: id) {
                table.remove(known.key)
            } else {
                expected[id] = (row, id.withUnsafeBytes { table.insert($0, row: row) })
            }
            #expect(id.withUnsafeBytes { table.row(of: $0) } == expected[id]?.row)
        }
        #expect(table.count == expected.count)
        for (id, known) in expected {
            #expect(id.withUnsafeBytes { table.row(of: $0) } == known.row)
            #expect(table.withBytes(of: known.key) { Array($0) } == id)
        }
    }
}

@Suite struct ServiceTableTests {
    @Test func itFindsServicesByTheirBytes() {
        var table = ServiceTable(seed: 9)
        var rows: [String: Int] = [:]
        let names = (0..<500).map { "service-\($0 % 250)" + String(repeating: "x", count: $0 % 20) }
        for name in names {
            let bytes = Array(name.utf8)
            if let row = rows.removeValue(forKey: name) {
                table.remove(row)
            } else {
                rows[name] = bytes.withUnsafeBytes { table.insert($0) }
            }
        }
        for name in names {
            #expect(Array(name.utf8).withUnsafeBytes { table.row(of: $0) } == rows[name])
        }
        #expect(table.count == rows.count)
    }
}

@Suite struct MessageSlabTests {
    @Test func itKeepsMessagesBySlotAndGrows() {
        var slab = MessageSlab()
        for slot in 0..<1000 { slab.hold(Message(copying: "message \(slot)"), for: slot) }
        slab.discard(5)
        slab.hold(Message(copying: "other"), for: 6)
        func text(_ message: consuming Message?) -> String? { message?.text() }
        let texts = [999, 5, 999, 5000, 6].map { text(slab.take($0)) }
        #expect(texts == ["message 999", nil, nil, nil, "other"])
    }
}

@Suite struct MomentTests {
    @Test func timeLeftIsNeverZeroForADeadline() {
        let now = Moment.start + .seconds(1)
        #expect(now.after(milliseconds: 0) == .never && Moment.never.millisecondsLeft(at: now) == 0)
        #expect(now.after(milliseconds: 5).millisecondsLeft(at: now) == 5)
        #expect(now.after(milliseconds: 5).millisecondsLeft(at: now + .seconds(9)) == 1)
    }
}
