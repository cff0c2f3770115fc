import Foundation
import Support

/// A `job-runner` that is under way: what it says comes line by line, it can be interrupted, and it never outlives the
/// test.
final class RunnerProcess: Sendable {
    /// What it writes to standard error.
    let messages: AsyncStream<String>

    private let process = Process()
    private let exit: AsyncStream<Int32>

    init(on platform: ScratchPlatform, _ arguments: [String]) throws {
        let errors = Pipe()
        process.executableURL = ScratchPlatform.binaries.appending(path: "job-runner")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(platform.variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        messages = errors.fileHandleForReading.textLines()
        let (exit, report) = AsyncStream<Int32>.makeStream()
        self.exit = exit
        process.terminationHandler = {
            report.yield($0.terminationStatus)
            report.finish()
        }
        try withoutBlockedSignals { try process.run() }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Waits for its end; its exit code and what it still said.
    func end() async -> (exitCode: Int32, rest: [String]) {
        var rest: [String] = []
        for await line in messages { rest.append(line) }
        return (await exit.first { _ in true } ?? -1, rest)
    }

    /// Presses Ctrl-C; its exit code and what it still said.
    func interrupt() async -> (exitCode: Int32, rest: String) {
        process.interrupt()
        var rest: [String] = []
        for await line in messages { rest.append(line) }
        return (await exit.first { _ in true } ?? -1, rest.joined(separator: "\n"))
    }
}
