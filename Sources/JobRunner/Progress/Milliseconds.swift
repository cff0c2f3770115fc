import Bus
import JSON

/// Durations as people read them.
enum Milliseconds {
    static func text(_ milliseconds: Double) -> String {
        if milliseconds >= 60_000 {
            let seconds = Int(milliseconds / 1000)
            return "\(seconds / 60) min \(seconds % 60) s"
        }
        return milliseconds >= 1000 ? "\((milliseconds / 100).rounded() / 10) s" : "\(Int(milliseconds.rounded())) ms"
    }
}

extension Milliseconds {
    /// The time between two times of the platform; nil where one of them is missing.
    static func between(_ start: JSONValue?, _ end: JSONValue?) -> String? {
        guard let start = start?.stringValue.flatMap({ Timestamp($0) }),
            let end = end?.stringValue.flatMap({ Timestamp($0) })
        else { return nil }
        return text(Double(max(end.millisecondsSinceEpoch - start.millisecondsSinceEpoch, 0)))
    }
}
