import Support
import Testing

@testable import Bus

@Suite struct TopicTableTests {
    private final class Receiver { let name: String; init(_ name: String) { self.name = name } }

    private func names(in table: TopicTable<Receiver>, of topic: String) -> Set<String> {
        var names: Set<String> = []
        Array(topic.utf8).withUnsafeBytes { bytes in
            table.forEachReceiver(of: bytes) { names.insert($0.name) }
        }
        return names
    }

    @Test func aTopicReachesEveryPrefixOfIt() {
        var table = TopicTable<Receiver>()
        for prefix in ["", "job.", "job.1", "job.2", "state."] {
            _ = table.add(Receiver(prefix), for: Array(prefix.utf8))
        }
        #expect(names(in: table, of: "job.1") == ["", "job.", "job.1"])
        #expect(names(in: table, of: "job.12") == ["", "job.", "job.1"])
        #expect(names(in: table, of: "jo") == [""])
    }

    @Test func onlyTheFirstAndTheLastReceiverOfAPrefixMatterToTheBroker() {
        var table = TopicTable<Receiver>()
        let (first, second) = (Receiver("first"), Receiver("second"))
        let added = [table.add(first, for: [1]), table.add(second, for: [1])]
        #expect(added == [true, false])
        let removed = [first, first, second].map { receiver in
            table.remove(for: [1], where: { $0 === receiver })
        }
        #expect(removed == [false, false, true])
        #expect(table.prefixes.isEmpty)
        #expect(names(in: table, of: "\u{1}").isEmpty)
    }

    @Test func whoWantsAllDoesNotGetTheTopicsOfTheProtocol() {
        var table = TopicTable<Receiver>()
        for prefix in ["", "~workers.1"] { _ = table.add(Receiver(prefix), for: Array(prefix.utf8)) }
        #expect(names(in: table, of: "~workers.1") == ["~workers.1"])
        #expect(names(in: table, of: "~workers.2") == [])
    }

    @Test func itFindsWhatComparingEveryPrefixFinds() {
        var random = SeededGenerator(seed: 5)
        func word() -> String {
            String((0..<Int.random(in: 0...4, using: &random)).map { _ in Bool.random(using: &random) ? "a" : "b" })
        }
        var table = TopicTable<Receiver>()
        var prefixes: Set<String> = []
        for _ in 0..<500 {
            let (prefix, topic) = (word(), word())
            if prefixes.insert(prefix).inserted {
                _ = table.add(Receiver(prefix), for: Array(prefix.utf8))
            } else {
                prefixes.remove(prefix)
                _ = table.remove(for: Array(prefix.utf8)) { $0.name == prefix }
            }
            #expect(names(in: table, of: topic) == prefixes.filter { topic.hasPrefix($0) })
        }
    }
}
