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
    /// What the fuzzer serves itself, so that it is also given requests.
    private static let service = "rubbish"

    private static let usualFrames = 50_000

    private static var frames: Int {
        getenv("PLATFORM_FUZZ_FRAMES").flatMap { Int(String(cString: $0)) } ?? usualFrames
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
            #expect(statistics["heldBytes"] == 0 && statistics["waiting"] == 0, "something is left")
            // Other tests of this process take memory, too; the long form runs alone.
            if Self.frames > Self.usualFrames { #expect(residentBytes() - before < 200 << 20, "it grew") }
        }
    }

    /// From several connections one after the other, so that the broker also forgets peers meanwhile.
    private static func sendRubbish(to endpoint: Endpoint, in context: Context, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let seeds = try FrameFuzzer.seedFrames()
        var left = frames
        while left > 0 {
            let peer = try RawPeer(endpoint, in: context)
            try peer.send(Envelope(.ready, service: service, credits: 8))
            for number in 1...min(left, 5000) {
                let frame =
                    number % 2 == 0
                    ? FrameFuzzer.randomFrame(using: &random) : FrameFuzzer.mutation(of: seeds, using: &random)
                try number % 64 == 0 ? peer.sendRaw(frame, frame) : peer.sendRaw(frame)
                if number % 8 == 0 {
                    try peer.request(service, correlation: UInt64(number), flags: .repeatable, credits: 4)
                    try peer.send(Envelope(.credit, correlation: UInt64(number), credits: 2))
                }
                if number % 32 == 0 { try answerBadly(peer, using: &random) }
            }
            try peer.hello()
            left -= 5000
        }
    }

    /// Answers what this peer was given: well, in parts, or with rubbish under the right correlation.
    private static func answerBadly(_ peer: borrowing RawPeer, using random: inout SeededGenerator) throws {
        for request in try peer.takeAll() where request.kind == .request {
            let part = Envelope(.partial, status: .ok, correlation: request.correlation, body: [1, 2, 3])
            var frames = [try part.encodedBytes(), try part.encodedBytes()]
            var reply = part
            reply.kind = .reply
            frames.append(try reply.encodedBytes())
            if Bool.random(using: &random) {
                frames[0] = FrameFuzzer.mutation(of: frames, using: &random)
                frames.shuffle(using: &random)
            }
            for frame in frames { try peer.sendRaw(frame) }
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
