import Bus
import Support

/// Frames as an enemy, a broken program or another protocol would send them.
enum FrameFuzzer {
    /// Well-formed frames of every kind, to be mutated.
    static func seedFrames() throws -> [[UInt8]] {
        try Envelope.Kind.allCases.flatMap { kind in
            [
                try Envelope(kind, service: "echo", operation: "execute", credits: 4, body: [1, 2, 3]).encodedBytes(),
                try Envelope(
                    kind,
                    flags: .repeatable,
                    service: "größe",
                    correlation: 3,
                    requestID: RequestID(),
                    timeLeft: 1000,
                    trace: TraceContext(),
                    annotations: ["id": "7", "note": "50 %"],
                    body: Array("{\"a\":1}".utf8)
                ).encodedBytes(),
            ]
        }
    }

    /// Up to 200 random bytes; every other one begins like a frame.
    static func randomFrame(using random: inout SeededGenerator) -> [UInt8] {
        let choice = random.next()
        let count = Int(choice % 201)
        var frame = [UInt8](unsafeUninitializedCapacity: 208) { buffer, initialized in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            // Eight at a time: an unoptimized build is slow at single bytes.
            for offset in stride(from: 0, to: 208, by: 8) {
                raw.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
            }
            initialized = count
        }
        if choice >> 63 == 0, count >= 8 {
            frame.replaceSubrange(0..<5, with: [0x43, 0x53, 0x42, 0x31, UInt8(choice >> 32 & 0xF)])
        }
        return frame
    }

    /// A good frame with one to four faults.
    static func mutation(of seeds: [[UInt8]], using random: inout SeededGenerator) -> [UInt8] {
        var choice = random.next()
        var frame = seeds[Int(choice % UInt64(seeds.count))]
        for _ in 0...(choice >> 62) {
            choice = random.next()
            mutate(&frame, choice)
        }
        return frame
    }

    /// One fault: which, where and with what is in the bits of `choice`.
    private static func mutate(_ frame: inout [UInt8], _ choice: UInt64) {
        guard !frame.isEmpty else { return }
        let index = Int(choice & 0xFFFF) % frame.count
        let byte = UInt8(choice >> 16 & 0xFF)
        switch choice >> 24 & 7 {
        case 0, 1: frame[index] ^= 1 << (byte & 7)
        case 2, 3: frame[index] = byte
        case 4: frame.removeLast(frame.count - index)
        case 5: frame.insert(byte, at: index)
        case 6: frame.remove(at: index)
        default: frame += frame[index...]
        }
    }
}
