package import Bus
import Glibc

/// What one process wrote down: one line of 76 bytes for everything that counts, on the disk before it goes on.
///
/// A line is written by one system call, so a process that is killed leaves whole lines, and several threads may write.
package struct Ledger: Sendable {
    private let descriptor: Int32

    /// Makes the file of this life of a process.
    package init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        guard descriptor >= 0 else { throw LedgerError(path: path) }
    }

    package func write(_ kind: LedgerEntry.Kind, _ id: RequestID = .zero, _ detail: String = "-") {
        let entry = LedgerEntry(kind: kind, id: id, detail: detail, time: Self.now)
        entry.line.withUnsafeBytes { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Nanoseconds, the same clock for all processes of the machine.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

package struct LedgerError: Error {
    package let path: String
}

/// One line of a ledger.
package struct LedgerEntry: Sendable, Hashable {
    package enum Kind: UInt8, Sendable {
        /// A client sends a request; detail: `repeatable` or `once`.
        case sent = 0x53
        /// A client has its outcome; detail: `ok`, `wrong`, or `+` (may have run) or `-` (did not) and the error's code.
        case ended = 0x45
        /// A worker begins to carry it out.
        case ran = 0x58
        /// The process ended by itself, with nothing left to do.
        case quit = 0x51
    }

    package let kind: Kind
    package let id: RequestID
    package let detail: String
    /// Nanoseconds.
    package let time: Int64

    package init(kind: Kind, id: RequestID, detail: String, time: Int64) {
        self.kind = kind
        self.id = id
        self.detail = detail
        self.time = time
    }

    static let length = 76
    private static let detailLength = 20
    private static let digits = Array("0123456789abcdef".utf8)

    /// `K <32 digits of the id> <detail, 20 characters> <time, 19 digits>` and a line feed.
    package var line: [UInt8] {
        var line = [kind.rawValue, 0x20]
        line.reserveCapacity(Self.length)
        for word in [id.high, id.low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                line.append(Self.digits[Int(word >> UInt64(shift) & 15)])
            }
        }
        line.append(0x20)
        line.append(contentsOf: detail.utf8.prefix(Self.detailLength))
        while line.count < 55 { line.append(0x20) }
        line.append(0x20)
        var scale: Int64 = 1_000_000_000_000_000_000
        while scale > 0 {
            line.append(0x30 + UInt8(time / scale % 10))
            scale /= 10
        }
        line.append(0x0A)
        return line
    }

    /// Nil for what is no such line.
    package init?(_ line: UnsafeRawBufferPointer) {
        guard line.count == Self.length, let kind = Kind(rawValue: line[0]), line[75] == 0x0A else { return nil }
        self.kind = kind
        id = RequestID(high: Self.word(line, at: 2), low: Self.word(line, at: 18))
        var end = 55
        while end > 35, line[end - 1] == 0x20 { end -= 1 }
        detail = String(decoding: line[35..<end], as: UTF8.self)
        var time: Int64 = 0
        for index in 56..<75 { time = time * 10 + Int64(line[index]) - 0x30 }
        self.time = time
    }

    private static func word(_ line: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in offset..<offset + 16 {
            let digit = line[index]
            word = word << 4 | UInt64(digit < 0x3A ? digit - 0x30 : digit - 0x57)
        }
        return word
    }
}

extension Ledger {
    /// All whole lines of a file, in order; nothing when there is no such file.
    package static func forEachEntry(of path: String, _ body: (LedgerEntry) -> Void) {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0, let memory = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), memory != MAP_FAILED else {
            return
        }
        defer { munmap(memory, size) }
        let bytes = UnsafeRawBufferPointer(start: memory, count: size)
        for start in stride(from: 0, through: size - LedgerEntry.length, by: LedgerEntry.length) {
            let line = UnsafeRawBufferPointer(rebasing: bytes[start..<start + LedgerEntry.length])
            if let entry = LedgerEntry(line) { body(entry) }
        }
    }
}
