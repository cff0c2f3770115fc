import Dispatch
import Glibc

/// The terminal that a table is drawn on again and again: a screen of its own without a cursor, and keys as they are
/// pressed. It is as it was before when this value ends.
struct TopScreen: ~Copyable {
    private let before: termios?

    /// Takes the screen; nil when standard output is no terminal.
    init?() {
        guard isatty(STDOUT_FILENO) == 1 else { return nil }
        var settings = termios()
        if isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 {
            before = settings
            // Keys without a line end and unseen; Ctrl-C stays a signal.
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
            tcsetattr(STDIN_FILENO, TCSANOW, &settings)
        } else {
            before = nil
        }
        // The alternate screen (xterm 1049) leaves what was on the terminal; 25 is the cursor (DEC).
        Output.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    deinit {
        Output.write("\u{1B}[?25h\u{1B}[?1049l")
        if var before { tcsetattr(STDIN_FILENO, TCSANOW, &before) }
    }

    /// Draws over what was there, cut to what the terminal shows.
    func draw(_ lines: [String]) {
        let size = Self.size
        // CSI H: to the first line; CSI K, J: clear the rest of the line, of the screen (ECMA-48).
        let text = lines.prefix(size.rows - 1).map { String($0.prefix(size.columns)) + "\u{1B}[K\n" }
        Output.write("\u{1B}[H" + text.joined() + "\u{1B}[J")
    }

    /// Tells each key that is pressed, as long as the result is kept.
    func keys(_ pressed: @escaping @Sendable (Character) -> Void) -> (any DispatchSourceRead)? {
        guard before != nil else { return nil }
        let source = DispatchSource.makeReadSource(fileDescriptor: STDIN_FILENO)
        source.setEventHandler {
            var byte: UInt8 = 0
            if read(STDIN_FILENO, &byte, 1) == 1 { pressed(Character(Unicode.Scalar(byte))) } else { source.cancel() }
        }
        source.activate()
        return source
    }

    /// 24 rows of 80 columns when the terminal does not say.
    private static var size: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 1, size.ws_col > 1 else {
            return (24, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }
}

/// Standard output, written at once.
enum Output {
    /// Writes all of the text, or what the reader takes before it goes away.
    static func write(_ text: String) { write(text, to: STDOUT_FILENO) }

    /// A message for the person who watches, on standard error.
    static func message(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
