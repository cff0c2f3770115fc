import Foundation
import Support

/// Two hosts with a cable between them: `10.77.0.1` and `10.77.0.2`, reachable from nowhere else.
struct TwoHosts {
    static let addressOfFirst = "10.77.0.1"

    let first: NetworkHost
    let second: NetworkHost
    private let names: [String]

    /// Whether this process may make network namespaces, tried once.
    static let arePossible: Bool = {
        let name = "csp-probe-\(getpid())"
        defer { try? ip("netns", "del", name) }
        return (try? ip("netns", "add", name)) != nil
            && (try? ip("-n", name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1")) != nil
    }()

    /// Makes them, lends them to `body`, and takes them down again.
    static func with<Result: Sendable>(_ body: (TwoHosts) async throws -> Result) async throws -> Result {
        let names = ["a", "b"].map { "csp-\(getpid())-\(UInt16.random(in: 0...9999))-\($0)" }
        defer { for name in names { try? ip("netns", "del", name) } }
        for name in names {
            try ip("netns", "add", name)
            try ip("-n", name, "link", "set", "lo", "up")
        }
        try ip("-n", names[0], "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", names[1])
        for (index, name) in names.enumerated() {
            try ip("-n", name, "address", "add", "10.77.0.\(index + 1)/24", "dev", "cable")
            try ip("-n", name, "link", "set", "cable", "up")
        }
        let first = try NetworkHost(namespace: names[0])
        let second = try NetworkHost(namespace: names[1])
        defer {
            first.end()
            second.end()
        }
        return try await body(TwoHosts(first: first, second: second, names: names))
    }

    /// Pulls the cable out: nothing passes, and nobody is told.
    func unplug() throws { try Self.ip("-n", names[1], "link", "set", "cable", "down") }

    func plugIn() throws { try Self.ip("-n", names[1], "link", "set", "cable", "up") }

    struct Failed: Error { var arguments: [String] }

    private static func ip(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
    }
}
