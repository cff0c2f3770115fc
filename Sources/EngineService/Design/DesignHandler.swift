import JSON

/// The process that carries a command out: `"x-handler": { "exec": ["./handlers/score.py"], "timeout": "PT5S" }`.
public struct DesignHandler: Sendable, Hashable {
    /// The program and its arguments; relative paths start at the folder of the design.
    public let exec: [String]

    /// How long one answer may take. Default: 30 seconds.
    public let timeout: Duration
}

extension DesignHandler {
    private static let usualTimeout: Duration = .seconds(30)
    private static let longestTimeout: Duration = .seconds(24 * 3_600)

    /// Nil where the command has no handler.
    init?(_ node: DesignNode) {
        guard node.isPresent, node.requireObject() else { return nil }
        node.expectOnly(["exec", "timeout", "description"])
        self.init(exec: node["exec"].strings(atLeast: 1), timeout: Self.timeout(node["timeout"]))
    }

    private static func timeout(_ node: DesignNode) -> Duration {
        guard let value = node.value else { return usualTimeout }
        let time = value.intValue.map { .milliseconds($0) } ?? value.stringValue.flatMap(duration)
        guard let time, time > .zero, time <= longestTimeout else {
            node.fault(
                "must be milliseconds or an ISO 8601 duration such as PT30S, more than nothing and at most a day"
            )
            return usualTimeout
        }
        return time
    }

    /// Days, hours, minutes and seconds of ISO 8601: months and years have no fixed length.
    private static func duration(_ text: String) -> Duration? {
        let form = /P(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6}(?:\.\d{1,9})?)S)?)?/
        guard let parts = text.wholeMatch(of: form)?.output else { return nil }
        let numbers = [parts.1, parts.2, parts.3, parts.4].map { $0.flatMap { Double($0) } ?? 0 }
        return zip(numbers, [86_400, 3_600, 60, 1]).map { .seconds($0 * $1) }.reduce(.zero, +)
    }
}
