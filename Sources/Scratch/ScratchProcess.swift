import Bus
import Glibc
import Synchronization

/// One life of a process: told ready by itself, ended by whoever started it or by itself, never left behind.
public final class ScratchProcess: Sendable {
    /// How it ended.
    public enum Ending: Sendable, Hashable {
        case exited(Int32)
        case signalled(Int32)

        /// As a power cut would have it.
        public static let killed = Ending.signalled(SIGKILL)
    }

    public let name: String
    private let pid: pid_t
    private let ready = OneTimeSignal()
    private let ended = OneTimeSignal()
    /// Nil while it runs.
    private let ending = Mutex<Ending?>(nil)

    /// Starts it.
    public init(_ command: ScratchCommand, under warden: Warden) throws {
        name = command.name
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        let log = open(command.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        defer {
            close(nowhere)
            close(log)
        }
        guard log >= 0 else { throw ScratchError("cannot write \(command.log)") }
        let pipe = command.saysReady ? try Spawn.pipe() : nil
        defer { if let pipe { close(pipe.writing) } }
        do {
            pid = try Spawn.start(
                command.program,
                command.arguments,
                environment: Self.environment.merging(command.environment) { $1 },
                group: warden.group,
                descriptors: [nowhere, pipe?.writing ?? log, log]
            )
        } catch {
            if let pipe { close(pipe.reading) }
            throw error
        }
        if let pipe { hear(pipe.reading) } else { ready.happen() }
        Spawn.whenEnded(pid) { [self] in bury() }
    }

    /// Returns when it answers, or false when it has ended before.
    public func whenReady() async throws -> Bool {
        do {
            try await ready.wait()
            return true
        } catch let error as BusError where error.code == .closed {
            return false
        }
    }

    /// Waits for its end.
    public func whenEnded() async throws -> Ending {
        try await ended.wait()
        return ending.withLock { $0 } ?? .exited(0)
    }

    /// Ends it as a power cut would.
    public func kill() { signal(SIGKILL) }

    /// Asks it to end, as an operator would.
    public func terminate() { signal(SIGTERM) }

    private func signal(_ signal: Int32) {
        // While it is not buried its number is its own.
        ending.withLock { if $0 == nil { Glibc.kill(pid, signal) } }
    }

    private func hear(_ pipe: Int32) {
        Spawn.onThread { [ready] in
            var byte: UInt8 = 0
            let count = read(pipe, &byte, 1)
            close(pipe)
            if count == 1 { ready.happen() } else { ready.end() }
        }
    }

    private func bury() {
        ending.withLock { ending in
            var status: Int32 = 0
            waitpid(pid, &status, 0)
            let signal = status & 0x7F
            ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
        }
        ended.happen()
    }

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            next += 1
        }
        return variables
    }
}
