import Foundation
import JSON

/// The two streams of the process: results on standard output, everything else on standard error.
enum Console {
    /// Whether standard error is a terminal that can be redrawn.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether somebody can be asked: a terminal to read the question on, and one to answer it from.
    static var canAsk: Bool { isTerminal && isatty(STDIN_FILENO) == 1 }

    /// Asks and waits for one line; nil when there will be none.
    static func ask(_ question: String) -> String? {
        draw(question)
        return readLine()
    }

    /// How much the terminal shows; 80 columns and 24 rows when it does not say.
    static var terminalSize: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 1, size.ws_col > 1 else {
            return (24, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Writes what was asked for.
    static func output(_ bytes: [UInt8]) {
        write(bytes + [UInt8(ascii: "\n")], to: .standardOutput)
    }

    /// Writes lines that were asked for.
    static func output(_ lines: [String]) {
        for line in lines { output(Array(line.utf8)) }
    }

    /// Writes one JSON value a line.
    static func output(rows: [JSONValue]) {
        for row in rows { output(row.serialized()) }
    }

    /// Writes a message for the person who watches.
    static func error(_ line: String) {
        write(Array(line.utf8) + [UInt8(ascii: "\n")], to: .standardError)
    }

    /// Writes text as it is, without a line end.
    static func draw(_ text: String) {
        write(Array(text.utf8), to: .standardError)
    }

    private static func write(_ bytes: [UInt8], to handle: FileHandle) {
        // A reader that went away (`| head`) is no reason to end the job's watcher with a crash.
        try? handle.write(contentsOf: Data(bytes))
    }
}
