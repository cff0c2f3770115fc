import Synchronization

/// What the runner asked of the platform, for `--verbose`.
final class Traffic: Sendable {
    private let isPrinted: Bool
    private let counts = Mutex<[String: Int]>([:])

    init(isPrinted: Bool) { self.isPrinted = isPrinted }

    /// Notes one request or subscription before it is made.
    func note(_ what: String, _ detail: String = "") {
        counts.withLock { $0[what, default: 0] += 1 }
        if isPrinted { Console.error("> \(what)\(detail.isEmpty ? "" : " \(detail)")") }
    }

    /// Prints how often each was asked, beside what the link itself counted.
    func report(_ link: any PlatformLink) {
        guard isPrinted else { return }
        let parts = counts.withLock { $0 }.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }
        Console.error("\(link.report) (\(parts.joined(separator: ", ")))")
    }
}
