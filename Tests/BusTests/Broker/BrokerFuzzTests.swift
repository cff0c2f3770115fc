import Bus
import Glibc
import JSON
import Support
import Testing
import ZeroMQ

/// Random and mutated frames at a live broker's port while good clients work: they must not notice.
///
/// `PLATFORM_FUZZ_FRAMES` sets how many; 50,000 by default.
@Suite(.timeLimit(.minutes(30))) struct BrokerFuzzTests {
    private static var frames: Int {
        getenv("PLATFORM_FUZZ_FRAMES").flatMap { Int(String(cString: $0)) } ?? 50_000
    }

    @Test func rubbishHarmsNobody() async throws {
        try await withTestBus(.tcp) { bus in
            try await bus.worker("good") { BusReply(body: $0.body) }
            let client = bus.client()
            let before = residentBytes()
            try await withThrowingTaskGroup(of: Void.self) { group in
                let (endpoint, context) = (bus.endpoint, bus.context)
                group.addTask {
                    try await onSocketThread(named: "fuzzer") {
                        try Self.sendRubbish(to: endpoint, in: context, seed: 42)
                    }
                }
                var answered = 0
                while answered < 2000 {
                    let body = [UInt8](repeating: UInt8(answered % 251), count: answered % 300)
                    #expect(try await client.request("good", "execute", body: body).body == body)
                    answered += 1
                }
                try await group.waitForAll()
            }
            #expect(try await client.request("good", "execute", body: [1]).body == [1])
            let statistics = try await client.request("broker", "statistics").json()
            let malformed = try #require(statistics["malformed"]?.intValue)
            #expect(malformed > Self.frames / 4)
            #expect(residentBytes() - before < 200 * 1024 * 1024, "it grew")
        }
    }

    /// From several connections one after the other, so that the broker also forgets peers meanwhile.
    private static func sendRubbish(to endpoint: Endpoint, in context: Context, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let seeds = try FrameFuzzer.seedFrames()
        var left = frames
        while left > 0 {
            let peer = try RawPeer(endpoint, in: context)
            for number in 1...min(left, 5000) {
                let frame =
                    number % 2 == 0
                    ? FrameFuzzer.randomFrame(using: &random) : FrameFuzzer.mutation(of: seeds, using: &random)
                try number % 64 == 0 ? peer.sendRaw(frame, frame) : peer.sendRaw(frame)
                if number % 256 == 0 { try peer.takeAll() }
            }
            try peer.hello()
            left -= 5000
        }
    }

    private func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var (size, resident) = (0, 0)
        return withUnsafeMutablePointer(to: &size) { size in
            withUnsafeMutablePointer(to: &resident) { resident in
                withVaList([size, resident]) { vfscanf(file, "%ld %ld", $0) } == 2 ? resident.pointee * 4096 : 0
            }
        }
    }
}
