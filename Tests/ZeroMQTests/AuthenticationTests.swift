import Testing
import ZeroMQ

@Suite(.enabled(if: Curve.isAvailable), .timeLimit(.minutes(1))) struct AuthenticationTests {
    private let context = Context()

    @Test func messagesOfAnAdmittedPeerCarryItsUser() throws {
        let (server, client) = (try Curve.newKeyPair(), try Curve.newKeyPair())
        let authentication = try context.authenticate(domain: "test") { credentials in
            guard credentials.mechanism == .curve(publicKey: client.publicKey) else { return .refused }
            return .admitted(userID: "worker-1")
        }
        let socket = try guarded(.router, keys: server)
        let peer = try Socket.connected(.dealer, to: socket, in: context) {
            try $0.useCurve(CurveClient(serverKey: server.publicKey, keys: client))
        }
        try peer.sendMultipart([[7]])
        _ = try next(of: socket)  // the routing id
        let message = try next(of: socket)
        #expect(message.bytes() == [7])
        #expect(message.property(.userID) == "worker-1")
        #expect(message.property(.peerAddress) == "127.0.0.1")
        authentication.cancel()
    }

    @Test func aPeerThatIsNotAdmittedIsTold() throws {
        let server = try Curve.newKeyPair()
        let authentication = try context.authenticate(domain: "test") { _ in .refused }
        let socket = try guarded(.pull, keys: server)
        #expect(try statusOfRefusal(by: socket, serverKey: server.publicKey) == 400)
        authentication.cancel()
    }

    @Test func aDomainThatNobodyAnswersForLetsNobodyIn() throws {
        let server = try Curve.newKeyPair()
        let authentication = try context.authenticate(domain: "another") { _ in .admitted(userID: "x") }
        let socket = try guarded(.pull, keys: server)
        #expect(try statusOfRefusal(by: socket, serverKey: server.publicKey) == 400)
        authentication.cancel()
    }

    @Test func oneSocketAcceptsWithAndWithoutKeys() throws {
        let (server, client) = (try Curve.newKeyPair(), try Curve.newKeyPair())
        let authentication = try context.authenticate(domain: "test") { credentials in
            credentials.mechanism == .null ? .admitted(userID: "local") : .admitted(userID: "remote")
        }
        let socket = try Socket(.router, in: context)
        try socket.set(.zapDomain, to: "test")
        let plain = try socket.bind(.tcp(anyPortOf: "127.0.0.1"))
        try socket.serveCurve(server)
        let curve = try socket.bind(.tcp(anyPortOf: "127.0.0.1"))

        let local = try Socket(.dealer, in: context)
        try local.connect(plain)
        try local.sendMultipart([[1]])
        #expect(try users(of: socket) == "local")

        let remote = try Socket(.dealer, in: context)
        try remote.useCurve(serverKey: server.publicKey, as: client)
        try remote.connect(curve)
        try remote.sendMultipart([[2]])
        #expect(try users(of: socket) == "remote")

        let other = try Socket(.dealer, in: context)
        let monitor = try SocketMonitor(of: other)
        try other.connect(curve)
        let failures: Set<SocketEvent.Kind> = [.handshakeFailed, .handshakeFailedByProtocol, .disconnected]
        while let event = try monitor.next(within: nil), !failures.contains(event.kind) {
            #expect(event.kind != .handshakeSucceeded)
        }
        authentication.cancel()
    }

    @Test func anAuthenticatorMayEndAndAnotherBegin() throws {
        for _ in 0..<50 {
            let authentication = try context.authenticate(domain: "test") { _ in .refused }
            #expect(throws: ZMQError.self) { try context.authenticate(domain: "test") { _ in .refused } }
            authentication.cancel()
        }
    }

    @Test func whatInprocBringsHasNoUser() throws {
        let socket = try Socket.bound(.pull, in: context)
        let peer = try Socket.connected(.push, to: socket, in: context)
        try peer.sendMultipart([[1]])
        let message = try next(of: socket)
        #expect(message.property(.userID) == nil)
        #expect(message.property(.peerAddress) == nil)
    }

    @Test func aManualPublisherSendsOnlyWhatItAccepted() throws {
        let publisher = try Socket.bound(.xpub, in: context) { try $0.set(.xpubManual, to: true) }
        let subscriber = try Socket.connected(.xsub, to: publisher, in: context)
        for topic in ["secret", "public"] { try subscriber.sendMultipart([[1] + Array(topic.utf8)]) }
        #expect(try publisher.receiveMultipart() == [[1] + Array("secret".utf8)])
        #expect(try publisher.receiveMultipart() == [[1] + Array("public".utf8)])
        try publisher.acceptSubscription(to: Array("public".utf8))
        for topic in ["secret", "public"] { try publisher.sendMultipart([Array(topic.utf8)]) }
        #expect(try subscriber.receiveMultipart() == [Array("public".utf8)])
    }

    private func guarded(_ kind: Socket.Kind, keys: CurveKeyPair) throws -> Socket {
        try Socket.bound(kind, in: context, over: .tcp) {
            try $0.set(.zapDomain, to: "test")
            try $0.serveCurve(keys)
        }
    }

    private func next(of socket: borrowing Socket) throws -> Message {
        guard let message = try socket.receive(within: nil) else { throw ZMQError(code: .again, operation: "receive") }
        return message
    }

    private func users(of socket: borrowing Socket) throws -> String? {
        _ = try next(of: socket)  // the routing id
        return try next(of: socket).property(.userID)
    }

    private func statusOfRefusal(by server: borrowing Socket, serverKey: String) throws -> UInt32? {
        let client = try Socket(.push, in: context)
        try client.useCurve(serverKey: serverKey, as: Curve.newKeyPair())
        let monitor = try SocketMonitor(of: client)
        try client.connect(server.lastEndpoint)
        while let event = try monitor.next(within: nil) {
            if event.kind == .handshakeFailedByAuthentication { return event.value }
            if event.kind == .handshakeSucceeded { return nil }
        }
        return nil
    }
}
