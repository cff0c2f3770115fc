import Glibc
import Synchronization

/// What was done to the processes of a run, a line each as it happens, and what they did that nobody told them to.
final class KillLog: Sendable {
    private let start = ContinuousClock.now
    private let state = Mutex<(kills: [String: Int], faults: [String])>(([:], []))

    var kills: Int { state.withLock { $0.kills.values.reduce(0, +) } }
    var faults: [String] { state.withLock { $0.faults } }
    /// `broker:3 job-control:12`.
    var summary: String {
        state.withLock { $0.kills.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: " ") }
    }

    /// - Parameter how: `SIGKILL`, or the point that it came to.
    func kill(_ name: String, _ how: String) {
        let kind = name.split(separator: "#").first.map(String.init) ?? name
        state.withLock { $0.kills[kind, default: 0] += 1 }
        say("kill \(name) \(how)")
    }

    func fault(_ sentence: String) {
        state.withLock { $0.faults.append(sentence) }
        say("fault \(sentence)")
    }

    func say(_ line: String) {
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        let fraction = String(milliseconds % 1000 + 1000).dropFirst()
        print("+\(milliseconds / 1000).\(fraction) \(line)")
        fflush(nil)
    }
}
