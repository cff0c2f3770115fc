import Testing
import ZeroMQ

@Suite(.enabled(if: Curve.isAvailable), .timeLimit(.minutes(1))) struct CurveTests {
    @Test func aKeyPairBelongsTogether() throws {
        let keys = try Curve.newKeyPair()
        #expect(keys.publicKey.utf8.count == 40)
        #expect(keys.secretKey.utf8.count == 40)
        #expect(try Curve.publicKey(for: keys.secretKey) == keys.publicKey)
        #expect(try Curve.newKeyPair() != keys)
    }

    @Test func whatIsNoKeyIsRefused() throws {
        let error = #expect(throws: ZMQError.self) { try Curve.publicKey(for: "short") }
        #expect(error?.code == .invalidArgument)
        let socket = try Socket(.dealer, in: Context())
        let keys = try Curve.newKeyPair()
        #expect(throws: ZMQError.self) { try socket.useCurve(serverKey: "short", as: keys) }
    }

    @Test func aSecretIsNotPrinted() throws {
        let keys = try Curve.newKeyPair()
        var dumped = ""
        dump(keys, to: &dumped)
        #expect(!"\(keys) \(String(reflecting: keys)) \(dumped)".contains(keys.secretKey))
        #expect("\(keys)".contains(keys.publicKey))
    }

    @Test func aClientThatKnowsTheServerTalksToIt() throws {
        let context = Context()
        let keys = try Curve.newKeyPair()
        let server = try Socket.bound(.pull, in: context, over: .tcp) { try $0.serveCurve(keys) }
        let client = try Socket.connected(.push, to: server, in: context) {
            try $0.useCurve(serverKey: keys.publicKey, as: Curve.newKeyPair())
        }
        try client.sendMultipart([[1]])
        #expect(try server.receiveMultipart() == [[1]])
    }

    @Test func aClientWithTheWrongKeyGetsNoAnswer() throws {
        let context = Context()
        let keys = try Curve.newKeyPair()
        let server = try Socket(.pull, in: context)
        try server.serveCurve(keys)
        let monitor = try SocketMonitor(of: server)
        try server.bind(.tcp(anyPortOf: "127.0.0.1"))
        let client = try Socket.connected(.push, to: server, in: context) {
            try $0.useCurve(serverKey: Curve.newKeyPair().publicKey, as: Curve.newKeyPair())
        }
        try client.sendMultipart([[1]])
        let failures: Set<SocketEvent.Kind> = [.handshakeFailed, .handshakeFailedByProtocol]
        while let event = try monitor.next(within: nil), !failures.contains(event.kind) {
            #expect(event.kind != .handshakeSucceeded)
        }
        #expect(try server.receiveMultipart(within: .zero) == nil)
    }
}
