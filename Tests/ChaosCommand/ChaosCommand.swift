import Chaos
import Glibc

/// `chaos-bus run [--seconds N] [--seed N] [--slack SECONDS]`: kills and judges; slack is by how much requests may end
/// after their deadlines, one second when not said. `chaos-bus failover [--rounds N]`: how long failover takes.
///
/// Ends with 0 when everything was as it must be, with 1 when not, and with 2 when it was called wrongly.
@main enum ChaosCommand {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        switch words.first {
        case "play": try await ChaosRole.run(Array(words.dropFirst()))
        case "run": try await run(words)
        case "failover": try await measure(words)
        default:
            print("usage: chaos-bus run [--seconds N] [--seed N] [--slack SECONDS] | failover [--rounds N]")
            exit(2)
        }
    }

    private static func run(_ words: [String]) async throws {
        let seed = option("--seed", in: words).flatMap { UInt64($0) } ?? .random(in: 0...UInt64(UInt32.max))
        let seconds = option("--seconds", in: words).flatMap { Int($0) } ?? 10
        let slack = option("--slack", in: words).flatMap { Int($0) } ?? 1
        print("chaos seed=\(seed) begins")
        try await withFolder { folder in
            var run = try ChaosRun(seconds: seconds, seed: seed, slack: .seconds(slack), folder: folder)
            return try await run.run()
        }
    }

    private static func measure(_ words: [String]) async throws {
        let rounds = option("--rounds", in: words).flatMap { Int($0) } ?? 3
        try await withFolder { folder in
            var measurement = try FailoverMeasurement(rounds: rounds, folder: folder)
            return try await measurement.run()
        }
    }

    private static func option(_ name: String, in words: [String]) -> String? {
        guard let index = words.firstIndex(of: name), index + 1 < words.count else { return nil }
        return words[index + 1]
    }

    /// Lends a folder for the ledgers, which is kept when the run went wrong.
    private static func withFolder(_ body: (String) async throws -> Bool) async throws {
        var template = Array(
            ((getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") + "/chaos-bus-XXXXXX").utf8CString
        )
        guard let made = mkdtemp(&template) else { exit(2) }
        let folder = String(cString: made)
        guard try await body(folder) else {
            print("ledgers: \(folder)")
            exit(1)
        }
        removeFolder(folder)
    }

    private static func removeFolder(_ path: String) {
        guard let folder = opendir(path) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        closedir(folder)
        rmdir(path)
    }
}
