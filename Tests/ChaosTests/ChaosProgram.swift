import Foundation
import Support

/// A program that kills others and judges, as `scripts/chaos-bus.sh` and `scripts/crash-test.sh` start it.
enum ChaosProgram {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Runs it to its end, in the checkout; it is terminated when the test's time is over.
    static func run(_ name: String, _ arguments: [String]) async throws -> (lines: [String], exitCode: Int32) {
        let process = Process()
        let output = Pipe()
        process.executableURL = ScratchPlatform.binaries.appending(path: name)
        process.arguments = arguments
        process.currentDirectoryURL = root
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        let (exits, exit) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { exit.yield($0.terminationStatus) }
        try withoutBlockedSignals { try process.run() }
        return try await withTaskCancellationHandler {
            let text = try await Task.detached { try output.fileHandleForReading.readToEnd() ?? Data() }.value
            let exitCode = await exits.first { _ in true } ?? -1
            return (String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init), exitCode)
        } onCancel: {
            if process.isRunning { process.terminate() }
        }
    }
}
