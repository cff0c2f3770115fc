import Bus
import Support
import Testing

/// Any bytes in: an error or a value out, never a crash; and a value is what its bytes say.
@Suite(.timeLimit(.minutes(5))) struct EnvelopeFuzzTests {
    private static let frames = 200_000

    @Test func randomBytesNeverCrashTheCodec() async {
        var random = SeededGenerator(seed: 1)
        var readable = 0
        for number in 0..<Self.frames {
            if decodes(FrameFuzzer.randomFrame(using: &random)) { readable += 1 }
            if number % 1000 == 0 { await Task.yield() }  // other tests share the threads
        }
        #expect(readable < Self.frames / 100)
    }

    @Test func mutatedFramesNeverCrashTheCodec() async throws {
        var random = SeededGenerator(seed: 2)
        let seeds = try FrameFuzzer.seedFrames()
        var readable = 0
        for number in 0..<Self.frames {
            if decodes(FrameFuzzer.mutation(of: seeds, using: &random)) { readable += 1 }
            if number % 1000 == 0 { await Task.yield() }
        }
        #expect(readable > Self.frames / 100, "too few mutations reach behind the header")
    }

    /// Whether the bytes are an envelope; if so, it must come back the same.
    private func decodes(_ frame: [UInt8]) -> Bool {
        guard let envelope = try? Envelope(decoding: frame) else { return false }
        let again = (try? envelope.encodedBytes()).flatMap { try? Envelope(decoding: $0) }
        if again != envelope { Issue.record("it does not come back the same: \(frame)") }
        return true
    }
}
