import Testing

@testable import Bus

@Suite struct TopicTableTests {
    private final class Receiver { let name: String; init(_ name: String) { self.name = name } }

    private func names(in table: TopicTable<Receiver>, of topic: String) -> Set<String> {
        var names: Set<String> = []
        table.forEachReceiver(of: Array(topic.utf8)) { names.insert($0.name) }
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
}
