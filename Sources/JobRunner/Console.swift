import Foundation

/// The two streams of the process: results on standard output, everything else on standard error.
enum Console {
    /// Whether standard error is a terminal that can be redrawn.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

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
