import Foundation
import Support

/// A Python program of the examples' folder: its lines come as they are printed, and it never outlives the test.
final class PythonProcess: Sendable {
    /// What it prints on standard output, line by line; ends when it does.
    let lines: AsyncStream<String>

    private let process: Process
    private let input = Pipe()
    private let exit: Task<Int32, Never>

    /// Runs `program`, a program's text, or with `script` the file of that name in `examples/python`.
    init(program: String? = nil, script: String = "", _ arguments: [String] = []) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples/python")
        let process = Process()
        let output = Pipe()
        // Debian's own Python: it is the one that python3-zmq is installed for.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = (program.map { ["-c", $0] } ?? [folder.appending(path: script).path]) + arguments
        process.environment = ["PYTHONPATH": folder.path, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"]
        process.standardInput = input
        process.standardOutput = output
        let (exits, reportExit) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = {
            reportExit.yield($0.terminationStatus)
            reportExit.finish()
        }
        try withoutBlockedSignals { try process.run() }
        self.process = process
        lines = output.fileHandleForReading.textLines()
        exit = Task { await exits.first { _ in true } ?? -1 }
    }

    deinit { kill() }

    /// The status that it ends with, or the number of the signal that ends it.
    var exitCode: Int32 {
        get async { await exit.value }
    }

    /// Writes a line to its standard input.
    func write(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// SIGTERM.
    func terminate() { process.terminate() }

    /// SIGKILL.
    func kill() {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
}
