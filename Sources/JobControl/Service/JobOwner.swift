import Glibc

/// What a job-control is called that holds jobs: another name in each of its lives, so that one that was thought dead never
/// passes for its successor.
enum JobOwner {
    /// `<host>-<eight hexadecimal digits>`.
    static func make() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        let host = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let life = String(UInt32.random(in: .min ... .max) | 0x1000_0000, radix: 16)
        return String(decoding: host.prefix(100), as: UTF8.self) + "-" + life
    }
}
