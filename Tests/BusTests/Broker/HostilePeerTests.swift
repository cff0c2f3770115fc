import Bus
import Glibc
import JSON
import Support
import Testing
import ZeroMQ

/// Peers that mean harm or have bad luck: they are refused and counted, nothing grows, and others do not notice.
///
/// `PLATFORM_HOSTILE_PEERS` sets how often what can be done often is done; 200 by default.
@Suite(.timeLimit(.minutes(10))) struct HostilePeerTests {
    private static var times: Int {
        getenv("PLATFORM_HOSTILE_PEERS").flatMap { Int(String(cString: $0)) } ?? 200
    }

    /// Plays `script` on a thread of its own, as it blocks, and then sees whether a good client is still served.
    private func play(
        heartbeat: Duration = .seconds(5),
        configure: @escaping @Sendable (inout Broker.Configuration) -> Void = { _ in },
        _ script: @escaping @Sendable (Endpoint, Context, borrowing RawPeer) throws -> Void
    ) async throws {
        try await withTestBus(.tcp, heartbeat: heartbeat, configure: configure) { bus in
            try await bus.worker("good") { BusReply(body: $0.body) }
            let (endpoint, context) = (bus.endpoint, bus.context)
            try await onSocketThread(named: "script") {
                let good = try RawPeer(endpoint, in: context)
                try script(endpoint, context, good)
                try good.request("good", body: [7])
                #expect(try good.expect(.reply).body == [7])
            }
        }
    }

    private static func statistics(_ client: borrowing RawPeer) throws -> JSONValue {
        try client.request("broker", "statistics")
        return try JSONValue(parsing: client.expect(.reply).body)
    }

    private static func count(_ name: String, _ client: borrowing RawPeer) throws -> Int {
        try #require(statistics(client)[name]?.intValue)
    }

    private static func port(of endpoint: Endpoint) throws -> UInt16 {
        try #require(endpoint.description.split(separator: ":").last.flatMap { UInt16($0) })
    }

    // MARK: - Connections

    @Test func aConnectionThatSaysNothingIsCut() async throws {
        try await play(configure: { $0.handshakeLimit = .milliseconds(200) }) { endpoint, _, _ in
            let port = try Self.port(of: endpoint)
            let silent = try RawConnection(port: port)
            let half = try RawConnection(port: port)
            half.send(RawConnection.greeting)
            try silent.waitForEnd()
            try half.waitForEnd()
        }
    }

    @Test func whatIsNotZeroMQIsCut() async throws {
        try await play { endpoint, _, _ in
            let connection = try RawConnection(port: try Self.port(of: endpoint))
            connection.send(Array("GET / HTTP/1.1\r\nHost: broker\r\nAccept: text/html,application/json\r\n\r\n".utf8))
            try connection.waitForEnd()
        }
    }

    @Test func whoAnnouncesAFrameThatIsTooLongIsCut() async throws {
        try await play { endpoint, _, good in
            for length: [UInt8] in [[0, 0, 1, 0, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]] {
                let liar = try RawConnection(port: try Self.port(of: endpoint))
                liar.send(RawConnection.greeting + RawConnection.ready + [2] + length)
                try liar.waitForEnd()
            }
            #expect(try Self.count("malformed", good) == 0)
        }
    }

    @Test func whoComesAndGoesIsForgotten() async throws {
        try await play(heartbeat: .milliseconds(100)) { endpoint, context, good in
            for _ in 0..<Self.times {
                let passing = try RawPeer(endpoint, in: context)
                try passing.hello()
            }
            for _ in 0..<5 {
                try good.send(Envelope(.heartbeat))
                _ = try good.expect(.heartbeat)
            }
            #expect(try Self.count("peers", good) <= 3)
        }
    }

    // MARK: - Those who do not read

    @Test func repliesThatNobodyReadsAreBounded() async throws {
        let limit = 1 << 20
        try await play(configure: { $0.peerBytesLimit = limit }) { endpoint, context, good in
            let stalled = try RawPeer(endpoint, in: context, receiveLimit: 1)
            let worker = try RawPeer.worker(endpoint, in: context, service: "big", credits: 1)
            let body = [UInt8](repeating: 1, count: 200_000)
            for number in 0..<max(Self.times, 200) {
                try stalled.request("big", correlation: UInt64(number + 1))
                let request = try worker.expect(.request)
                try worker.send(Envelope(.reply, status: .ok, correlation: request.correlation, body: body))
            }
            try worker.hello()
            let statistics = try Self.statistics(good)
            #expect(try #require(statistics["peerBytes"]?.intValue) <= limit + 1_000_000)
            #expect(try #require(statistics["droppedBytes"]?.intValue) > 0)
        }
    }

    @Test func refusalsThatNobodyReadsAreBounded() async throws {
        try await play(configure: { $0.peerBytesLimit = 1 << 18 }) { endpoint, context, good in
            let stalled = try RawPeer(endpoint, in: context, receiveLimit: 1)
            for number in 0..<max(Self.times * 50, 10_000) {
                try stalled.request("nobody", correlation: UInt64(number + 1))
                if number % 500 == 0 { try good.hello() }
            }
            try good.hello()
            let statistics = try Self.statistics(good)
            #expect(try #require(statistics["peerBytes"]?.intValue) <= 1 << 20)
        }
    }

    // MARK: - Frames

    @Test func anotherVersionIsRefusedClearly() async throws {
        try await play { endpoint, context, good in
            let newer = try RawPeer(endpoint, in: context)
            var frame = try Envelope(.request, service: "good", correlation: 3).encodedBytes()
            frame[3] = UInt8(ascii: "2")
            try newer.sendRaw(frame)
            let answer = try newer.expect(.reply)
            #expect(answer.status == .badRequest && answer.flags == .fromBroker && answer.correlation == 0)
            #expect(Problem(parsing: answer.body)?.sentence.contains("CSB1") == true)
            #expect(try Self.count("malformed", good) == 1)
        }
    }

    @Test(arguments: [68, 37, 38, 66])
    func whoLiesAboutALengthIsRefused(_ offset: Int) async throws {
        try await play { endpoint, context, good in
            let liar = try RawPeer(endpoint, in: context)
            var frame = try Envelope(.request, service: "good", correlation: 3, body: [1, 2]).encodedBytes()
            frame[offset] = 0xFF
            try liar.sendRaw(frame)
            let answer = try liar.expect(.reply)
            #expect(answer.status == .badRequest && answer.correlation == 3)
            #expect(try Self.count("malformed", good) == 1)
        }
    }

    @Test func anothersReplyIsNotTaken() async throws {
        try await play { endpoint, context, good in
            let worker = try RawPeer.worker(endpoint, in: context, service: "theirs", credits: 2)
            let thief = try RawPeer.worker(endpoint, in: context, service: "other", credits: 2)
            try good.request("theirs", correlation: 5)
            let request = try worker.expect(.request)
            for correlation in [request.correlation, request.correlation &+ 1 << 32, 5, 0] {
                try thief.send(Envelope(.partial, status: .ok, correlation: correlation, body: [6]))
                try thief.send(Envelope(.reply, status: .ok, correlation: correlation, body: [6]))
                try thief.send(Envelope(.credit, correlation: correlation, credits: 9))
                try thief.send(Envelope(.cancel, correlation: correlation))
            }
            try thief.send(Envelope(.credit, credits: 2))
            try thief.hello()
            try worker.send(Envelope(.reply, status: .ok, correlation: request.correlation, body: [8]))
            #expect(try good.expect(.reply).body == [8])
            // Once more what was answered: it is stale.
            try worker.send(Envelope(.reply, status: .ok, correlation: request.correlation, body: [9]))
            try worker.hello()
            #expect(try Self.count("stale", good) == 9)
        }
    }

    @Test func framesInWrongNumbersAreRefused() async throws {
        try await play { endpoint, context, good in
            let peer = try RawPeer(endpoint, in: context)
            for _ in 0..<Self.times {
                try peer.sendRaw(Array("CSB1".utf8), [], [1], [2])
                try peer.takeAll()
            }
            try peer.hello()
            #expect(try Self.count("malformed", good) == Self.times)
        }
    }

    @Test func aFloodHurtsOnlyWhoeverSendsIt() async throws {
        try await play(configure: { $0.queueLimit = 100 }) { endpoint, context, good in
            let worker = try RawPeer.worker(endpoint, in: context, service: "slow", credits: 1)
            let flood = try RawPeer(endpoint, in: context)
            for number in 0..<max(Self.times * 10, 2000) {
                try flood.request("slow", correlation: UInt64(number + 1))
                if number % 100 == 0 { try flood.takeAll() }
            }
            try flood.hello()
            try good.request("slow", correlation: 5, body: [5])
            try worker.echo(try worker.expect(.request))
            // The first was in its hands; then they take turns.
            try worker.echo(try worker.expect(.request))
            try worker.echo(try worker.expect(.request))
            #expect(try good.expect(.reply).body == [5])
        }
    }
}
