import Foundation

/// A real process that a test started: told ready by itself, killed by the test, never left behind.
package final class ChildProcess: Sendable {
    private let process: Process
    /// Left when the process has ended.
    private let exit = DispatchGroup()

    /// Starts `program` and returns once it has written `ready` to the descriptor that `--ready-fd` names.
    ///
    /// - Throws: ``NotReady`` when it ends before.
    package static func platform(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> ChildProcess {
        let readiness = Pipe()
        let process = Process()
        process.executableURL = ScratchPlatform.binaries.appending(path: "platform")
        // Foundation hands on no other descriptors than the standard ones, so readiness is told on standard output.
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = readiness
        process.standardError = FileHandle.nullDevice
        process.arguments = arguments + ["--ready-fd", "1"]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let child = ChildProcess(process)
        try withoutBlockedSignals { try process.run() }
        guard await readiness.firstLine() == "ready" else {
            child.kill()
            throw NotReady(arguments: arguments)
        }
        return child
    }

    /// The process ended before it was ready.
    package struct NotReady: Error {
        package var arguments: [String]
    }

    private init(_ process: Process) {
        self.process = process
        exit.enter()
        process.terminationHandler = { [exit] _ in exit.leave() }
    }

    /// Ends it as a power cut would: SIGKILL.
    package func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        exit.wait()
    }

    /// Ends it as an operator would, and waits until it has ended.
    package func terminate() {
        guard process.isRunning else { return }
        process.terminate()
        exit.wait()
    }
}

extension Pipe {
    /// What is written first, or nothing when the other side closed before; read on a thread that may block.
    fileprivate func firstLine() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [handle = fileHandleForReading] in
                let line = String(decoding: handle.availableData, as: UTF8.self)
                continuation.resume(returning: line.trimmingCharacters(in: .newlines))
            }
        }
    }
}
