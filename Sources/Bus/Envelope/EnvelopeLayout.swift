/// Where what stands in a frame. `docs/protocol.md` has the same table.
enum EnvelopeLayout {
    /// `CSB1`: the protocol, and in its last byte the version.
    static let protocolWord: UInt32 = 0x4353_4231
    /// The fixed part; service, operation, annotations and body follow it.
    static let headerLength = 72

    /// Byte offsets of the header's fields.
    enum Offset {
        static let protocolWord = 0
        static let kind = 4
        static let flags = 5
        static let status = 6
        static let correlation = 8
        static let requestID = 16
        static let timeLeft = 32
        static let priority = 36
        static let serviceLength = 37
        static let operationLength = 38
        static let traceFlags = 39
        static let traceID = 40
        static let spanID = 56
        static let credits = 64
        static let annotationsLength = 66
        static let bodyLength = 68
    }
}

extension UnsafeRawBufferPointer {
    /// Reads a number that starts at any byte; the caller has checked that it is there.
    @inline(__always)
    func loadBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, at offset: Int) -> Number {
        Number(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Writes a number that starts at any byte; the caller has checked that there is room.
    @inline(__always)
    func storeBigEndian<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number, at offset: Int) {
        storeBytes(of: number.bigEndian, toByteOffset: offset, as: Number.self)
    }
}
