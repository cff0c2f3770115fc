import Bus

/// What each broker said last, and the pairs of figures that the table on show was made from.
///
/// Brokers speak when they want to, tables are shown at an interval: rates are those between two tables.
struct TopBoard {
    typealias Instant = ContinuousClock.Instant

    fileprivate struct Slot {
        var name: String
        var newest: BusStatistics?
        var lastHeard: Instant?
        var earlier: BusStatistics?
        var shown: BusStatistics?
    }

    /// A broker that speaks once a second and has said nothing for so long is not heard any more.
    static let patience: Duration = .seconds(4)

    private var slots: [Slot]

    /// - Parameter brokers: their names, in the order in which they are shown.
    init(brokers: [String]) {
        slots = brokers.map { Slot(name: $0) }
    }

    /// Whether any broker has said anything.
    var isHeard: Bool { slots.contains { $0.newest != nil } }

    /// Takes in what a broker said.
    mutating func hear(_ statistics: BusStatistics, from broker: Int, at now: Instant) {
        slots[broker].newest = statistics
        slots[broker].lastHeard = now
    }

    /// The next table.
    mutating func advance(at now: Instant) -> TopTable {
        for index in slots.indices { slots[index].advance(at: now) }
        return TopTable(slots.map { TopTable.Sample(name: $0.name, latest: $0.shown, earlier: $0.earlier) })
    }
}

extension TopBoard.Slot {
    /// Where nothing new was said, the pair stays, and with it the rates.
    fileprivate mutating func advance(at now: TopBoard.Instant) {
        if let lastHeard, now - lastHeard > TopBoard.patience { (newest, earlier, shown) = (nil, nil, nil) }
        guard newest != shown else { return }
        earlier = shown
        shown = newest
    }
}
