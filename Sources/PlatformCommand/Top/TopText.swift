import Bus

/// The table as lines of text: the brokers, then the services and their total, then the workers when they are asked for.
enum TopText {
    static func lines(_ table: TopTable, at time: Timestamp, workers: Bool) -> [String] {
        var blocks = [["platform top  \(time)"], columns(brokers(table)), columns(services(table))]
        if workers { blocks.append(columns(Self.workers(table))) }
        return Array(blocks.joined(separator: [""]))
    }

    private static func brokers(_ table: TopTable) -> [[String]] {
        [["BROKER", "UP", "PEERS", "IN FLIGHT", "WAITING", "HELD", "REQUESTS/S", "ERRORS/S"]]
            + table.brokers.map { broker in
                guard let figures = broker.figures else { return [broker.name, "not heard"] }
                return [
                    broker.name, long(figures.uptime), count(figures.peers), count(figures.inFlight),
                    count(figures.waiting), bytes(figures.heldBytes), rate(figures.rates.requests),
                    rate(figures.rates.errors),
                ]
            }
    }

    private static func services(_ table: TopTable) -> [[String]] {
        [["SERVICE", "WORKERS", "CREDITS", "IN HAND", "WAITING", "OLDEST", "REQUESTS/S", "ERRORS/S"]]
            + (table.services + [table.total]).map { service in
                [
                    service.name, count(service.workers), count(service.credits), count(service.inHand),
                    count(service.waiting), service.waiting > 0 ? short(service.oldestWaiting) : "-",
                    rate(service.rates.requests), rate(service.rates.errors),
                ]
            }
    }

    private static func workers(_ table: TopTable) -> [[String]] {
        [["SERVICE", "WORKER", "BROKER", "KEY", "CREDITS", "IN HAND"]]
            + table.workers.map { worker in
                [
                    worker.service, worker.name, worker.broker, worker.peer ?? "-", count(worker.credits),
                    count(worker.inHand),
                ]
            }
    }

    // MARK: Columns

    /// Each column as wide as its widest cell: names to the left, figures to the right.
    private static func columns(_ rows: [[String]]) -> [String] {
        let titles = rows.first ?? []
        let widths = titles.indices.map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let gap = String(repeating: " ", count: widths[column] - cell.count)
                return isName(titles[column]) ? cell + gap : gap + cell
            }
            return trimmed(cells.joined(separator: "  "))
        }
    }

    private static func isName(_ title: String) -> Bool {
        ["BROKER", "SERVICE", "WORKER", "KEY"].contains(title)
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }

    // MARK: Values

    /// `1,234,567`.
    static func count(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        let grouped = digits.enumerated().map { index, digit in
            index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
        }
        return (number < 0 ? "-" : "") + grouped.joined()
    }

    /// A tenth where it tells something; `-` where nothing is known yet.
    static func rate(_ rate: Double?) -> String {
        guard let rate else { return "-" }
        let tenths = Int((rate * 10).rounded())
        return tenths == 0 || tenths >= 100 ? count((tenths + 5) / 10) : "\(tenths / 10).\(tenths % 10)"
    }

    /// `850 ms`, `2.5 s`, `3 min 20 s`.
    static func short(_ duration: Duration) -> String {
        let milliseconds = Int(duration / .milliseconds(1))
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        return milliseconds < 60_000 ? "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s" : long(duration)
    }

    /// `42 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`.
    static func long(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        if seconds < 86_400 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
        return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
    }

    /// `512 B`, `1.5 KiB`, `64.0 MiB`.
    static func bytes(_ number: Int) -> String {
        if number < 1024 { return "\(number) B" }
        var value = Double(number) / 1024
        for unit in ["KiB", "MiB"] {
            if value < 1024 { return "\(tenths(value)) \(unit)" }
            value /= 1024
        }
        return "\(tenths(value)) GiB"
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
