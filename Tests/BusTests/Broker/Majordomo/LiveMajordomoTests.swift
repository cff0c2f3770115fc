import Bus
import Support
import Testing
import ZeroMQ

/// A broker on real sockets, and Majordomo peers that send what a stranger would.
@Suite(.timeLimit(.minutes(1))) struct LiveMajordomoTests {
    private static let patience = Duration.seconds(20)

    private func play(_ script: @escaping @Sendable (Endpoint, Context) throws -> Void) async throws {
        try await withTestBus(.tcp) { bus in
            let (endpoint, context) = (bus.endpoint, bus.context)
            try await onSocketThread(named: "script") { try script(endpoint, context) }
        }
    }

    private static func socket(
        _ endpoint: Endpoint,
        kind: Socket.Kind = .dealer,
        in context: Context
    ) throws -> Socket {
        let socket = try Socket(kind, in: context)
        try socket.set(.linger, to: .seconds(1))
        try socket.connect(endpoint)
        return socket
    }

    /// What comes next that is no heartbeat.
    private static func next(_ socket: borrowing Socket) throws -> [[UInt8]] {
        while true {
            let frames = try #require(try socket.receiveMultipart(within: patience))
            if ![[5], [4]].contains(frames.last) || frames.count > 3 { return frames }
        }
    }

    @Test func aREQAndAWorkerOfVersion01AreServed() async throws {
        try await play { endpoint, context in
            let worker = try Self.socket(endpoint, in: context)
            try worker.sendMultipart([[], Array("MDPW01".utf8), [1], Array("echo".utf8)])
            let client = try Self.socket(endpoint, kind: .req, in: context)
            try client.sendMultipart([Array("MDPC01".utf8), Array("echo".utf8), [1], [2, 3]])
            let request = try Self.next(worker)
            #expect(request[..<3] == [[], Array("MDPW01".utf8), [2]] && request[4...] == [[], [1], [2, 3]])
            try worker.sendMultipart([[], Array("MDPW01".utf8), [3], request[3], [], [7], []])
            #expect(try Self.next(client) == [Array("MDPC01".utf8), Array("echo".utf8), [7], []])
        }
    }

    @Test func aREQThatSpeaksVersion02IsAnsweredAsREQsMustBe() async throws {
        try await play { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try Self.socket(endpoint, kind: .req, in: context)
            for _ in 0..<3 {
                try client.sendMultipart([Array("MDPC02".utf8), [1], Array("echo".utf8), [9]])
                try worker.echo(try worker.expect(.request))
                #expect(try Self.next(client) == [Array("MDPC02".utf8), [3], Array("echo".utf8), [9]])
            }
        }
    }

    @Test func tooManyFramesAreDroppedAndHarmNobody() async throws {
        try await play { endpoint, context in
            let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 1)
            let client = try Self.socket(endpoint, in: context)
            let head = [Array("MDPC02".utf8), [1], Array("echo".utf8)]
            try client.sendMultipart(head + Array(repeating: [1], count: 5000))
            try client.sendMultipart([Array("MDPC02".utf8), [3], Array("echo".utf8), [1]])
            let stranger = try Self.socket(endpoint, in: context)
            try stranger.sendMultipart([[], Array("CSB1".utf8), [1]])
            #expect(try Envelope(decoding: Self.next(stranger)[0]).status == .badRequest)
            try client.sendMultipart(head + Array(repeating: [1], count: 1024))
            let request = try worker.expect(.request)
            #expect(request.body == Array(repeating: 1, count: 1024))
            try worker.echo(request)
            #expect(try Self.next(client) == [head[0], [3], head[2], request.body])
        }
    }
}
