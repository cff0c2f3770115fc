import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct TransportTests {
    private static let count: UInt64 = 100_000

    @Test(arguments: Endpoint.Transport.allCases)
    func aHundredThousandMessagesArriveInOrder(_ transport: Endpoint.Transport) async throws {
        let context = Context()
        let (endpoints, bound) = AsyncStream.makeStream(of: Endpoint.self)
        async let received: Void = onSocketThread(named: "receiver") {
            let socket = try Socket.bound(.dealer, in: context, over: transport) {
                try $0.set(.linger, to: .seconds(60))
            }
            bound.yield(try socket.lastEndpoint)
            var report = try Self.receiveInOrder(from: socket).message
            #expect(try socket.send(&report, within: nil))
        }
        for await endpoint in endpoints {
            let arrived = try await onSocketThread(named: "sender") {
                let socket = try Socket(.dealer, in: context)
                try socket.connect(endpoint)
                try Self.sendNumbers(over: socket)
                guard let report = try socket.receive(within: nil) else { return UInt64(0) }
                return UInt64(report)
            }
            #expect(arrived == Self.count)
            break
        }
        try await received
    }

    @Test(arguments: Endpoint.Transport.allCases)
    func aHundredThousandRequestsAreAnswered(_ transport: Endpoint.Transport) async throws {
        let context = Context()
        let (endpoints, bound) = AsyncStream.makeStream(of: Endpoint.self)
        async let answered: Void = onSocketThread(named: "echo") {
            let socket = try Socket.bound(.router, in: context, over: transport) {
                try $0.set(.routerMandatory, to: true)
            }
            bound.yield(try socket.lastEndpoint)
            try Self.echo(over: socket)
        }
        for await endpoint in endpoints {
            let sum = try await onSocketThread(named: "client") {
                let socket = try Socket(.dealer, in: context)
                try socket.connect(endpoint)
                return try Self.exchange(over: socket, window: 256)
            }
            #expect(sum == Self.count * (Self.count - 1) / 2)
            break
        }
        context.shutdown()
        try await answered
    }

    private static func sendNumbers(over socket: borrowing Socket) throws {
        for number in 0..<count {
            var message = number.message
            _ = try socket.send(&message, within: nil)
        }
    }

    /// How many numbers came, each one higher than the last.
    private static func receiveInOrder(from socket: borrowing Socket) throws -> UInt64 {
        var next: UInt64 = 0
        while next < count, let message = try socket.receive(within: nil) {
            guard UInt64(message) == next else { return next }
            next += 1
        }
        return next
    }

    /// Sends every request back to whoever sent it, until the context is shut down.
    private static func echo(over socket: borrowing Socket) throws {
        var frame = Message()
        do throws(ZMQError) {
            while try socket.wait(for: .readable) {
                while try socket.receive(into: &frame) {
                    _ = try socket.send(&frame, more: frame.hasMore, within: nil)
                }
            }
        } catch {
            guard error.code == .terminated else { throw error }
        }
    }

    /// The sum of all replies, with `window` requests on their way at any time.
    private static func exchange(over socket: borrowing Socket, window: UInt64) throws -> UInt64 {
        var sent: UInt64 = 0
        var received: UInt64 = 0
        var sum: UInt64 = 0
        while received < count {
            while sent < count, sent - received < window {
                var message = sent.message
                _ = try socket.send(&message, within: nil)
                sent += 1
            }
            guard let reply = try socket.receive(within: nil) else { break }
            sum += UInt64(reply)
            received += 1
        }
        return sum
    }
}

extension UInt64 {
    /// A message of 40 bytes, which is more than libzmq keeps inside one, that starts with this number.
    fileprivate var message: Message {
        var message = Message(size: 40)
        message.withUnsafeMutableBytes { $0.storeBytes(of: self, as: UInt64.self) }
        return message
    }

    fileprivate init(_ message: borrowing Message) {
        self = message.withUnsafeBytes { $0.count < 8 ? 0 : $0.loadUnaligned(as: UInt64.self) }
    }
}
