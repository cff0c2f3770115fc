extension SocketOption {
    /// How libzmq keeps integers: in the machine's byte order.
    static func bytes(of integer: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: integer) { Array($0) }
    }

    static func integer<Number: FixedWidthInteger>(_ type: Number.Type, of bytes: [UInt8]) -> Number {
        bytes.count < MemoryLayout<Number>.size ? 0 : bytes.withUnsafeBytes { $0.loadUnaligned(as: type) }
    }
}

extension SocketOption where Value == Int {
    static func int32(_ name: String, _ number: Int32) -> Self {
        Self(
            name: name,
            number: number,
            capacity: 4,
            encode: { bytes(of: Int32(clamping: $0)) },
            decode: { Int(integer(Int32.self, of: $0)) }
        )
    }
}

extension SocketOption where Value == Bool {
    static func bool(_ name: String, _ number: Int32) -> Self {
        Self(
            name: name,
            number: number,
            capacity: 4,
            encode: { bytes(of: Int32($0 ? 1 : 0)) },
            decode: { integer(Int32.self, of: $0) > 0 }
        )
    }
}

extension SocketOption where Value == Duration {
    /// Milliseconds in an `int`; what is shorter than one but not zero becomes one, as zero means something else.
    static func milliseconds(_ name: String, _ number: Int32) -> Self {
        Self(
            name: name,
            number: number,
            capacity: 4,
            encode: { bytes(of: milliseconds(in: $0)) },
            decode: { .milliseconds(integer(Int32.self, of: $0)) }
        )
    }

    private static func milliseconds(in duration: Duration) -> Int32 {
        guard duration > .zero else { return 0 }
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return .max }
        let part = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(clamping: whole.addingReportingOverflow(part).partialValue)
    }
}

extension SocketOption where Value == Int? {
    /// A limit in an `int64_t`, where -1 is none.
    static func limit(_ name: String, _ number: Int32) -> Self {
        Self(
            name: name,
            number: number,
            capacity: 8,
            encode: { bytes(of: Int64($0 ?? -1)) },
            decode: {
                let limit = integer(Int64.self, of: $0)
                return limit < 0 ? nil : Int(limit)
            }
        )
    }
}

extension SocketOption where Value == [UInt8] {
    static func data(_ name: String, _ number: Int32) -> Self {
        Self(name: name, number: number, capacity: 256, encode: { $0 }, decode: { $0 })
    }
}

extension SocketOption where Value == String {
    static func text(_ name: String, _ number: Int32) -> Self {
        Self(
            name: name,
            number: number,
            capacity: 256,
            encode: { Array($0.utf8) },
            decode: { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        )
    }
}
