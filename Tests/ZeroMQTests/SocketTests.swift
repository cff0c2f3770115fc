import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct SocketTests {
    @Test(arguments: Endpoint.Transport.allCases)
    func aMultipartMessageArrivesWhole(_ transport: Endpoint.Transport) throws {
        let context = Context()
        let receiver = try Socket.bound(.pull, in: context, over: transport)
        let sender = try Socket.connected(.push, to: receiver, in: context)
        let frames: [[UInt8]] = [[], [1], [UInt8](repeating: 2, count: 70_000), []]
        try sender.sendMultipart(frames)
        #expect(try receiver.receiveMultipart() == frames)
    }

    @Test func aRequestIsAnswered() throws {
        let context = Context()
        let service = try Socket.bound(.rep, in: context, over: .tcp)
        let client = try Socket.connected(.req, to: service, in: context)
        try client.sendMultipart([[1]])
        #expect(try service.receiveMultipart() == [[1]])
        try service.sendMultipart([[2], [3]])
        #expect(try client.receiveMultipart() == [[2], [3]])
    }

    @Test func aRouterPutsTheSendersRoutingIDInFront() throws {
        let context = Context()
        let router = try Socket.bound(.router, in: context)
        let dealer = try Socket.connected(.dealer, to: router, in: context) { try $0.set(.routingID, to: [0x41]) }
        try dealer.sendMultipart([[1]])
        #expect(try router.receiveMultipart() == [[0x41], [1]])
        try router.sendMultipart([[0x41], [2]])
        #expect(try dealer.receiveMultipart() == [[2]])
    }

    @Test func aSubscriberReceivesWhatItSubscribedTo() throws {
        let context = Context()
        let publisher = try Socket.bound(.xpub, in: context)
        let subscriber = try Socket.connected(.sub, to: publisher, in: context)
        try subscriber.subscribe(to: "jobs.")
        #expect(try publisher.receiveMultipart() == [[1] + Array("jobs.".utf8)])
        try publisher.sendMultipart([Array("state.1".utf8)])
        try publisher.sendMultipart([Array("jobs.1".utf8)])
        #expect(try subscriber.receiveMultipart() == [Array("jobs.1".utf8)])

        try subscriber.unsubscribe(from: "jobs.")
        #expect(try publisher.receiveMultipart() == [[0] + Array("jobs.".utf8)])
    }

    @Test func aSocketThatIsBoundToAnyPortKnowsWhich() throws {
        let socket = try Socket(.pull, in: Context())
        let endpoint = try socket.bind(.tcp(anyPortOf: "127.0.0.1"))
        #expect(try #require(endpoint.port) > 0)
        #expect(try socket.lastEndpoint == endpoint)
    }

    @Test(.enabled(if: hasIPv6)) func anAddressOfIPv6NeedsNoOption() throws {
        let context = Context()
        let receiver = try Socket(.pull, in: context)
        try receiver.bind(.tcp(anyPortOf: "::1"))
        let sender = try Socket.connected(.push, to: receiver, in: context)
        try sender.sendMultipart([[6]])
        #expect(try receiver.receiveMultipart() == [[6]])
    }

    private static var hasIPv6: Bool {
        (try? Socket(.pull, in: Context()).bind(.tcp(anyPortOf: "::1"))) != nil
    }

    @Test func aSocketMayConnectBeforeItsPeerBinds() throws {
        let context = Context()
        let endpoint = TestEndpoint.unique()
        let sender = try Socket(.push, in: context)
        try sender.connect(endpoint)
        try sender.sendMultipart([[1]])
        let receiver = try Socket(.pull, in: context)
        try receiver.bind(endpoint)
        #expect(try receiver.receiveMultipart() == [[1]])
    }

    @Test func aDisconnectedSocketHasNoPeer() throws {
        let context = Context()
        let receiver = try Socket.bound(.pull, in: context)
        let sender = try Socket.connected(.push, to: receiver, in: context)
        try sender.disconnect(receiver.lastEndpoint)
        #expect(try !sender.pendingEvents().contains(.writable))
    }

    @Test func receivingNothingReturnsAtOnceOrInTime() throws {
        let socket = try Socket.bound(.pull, in: Context())
        var message = Message(copying: [1])
        #expect(try !socket.receive(into: &message))
        #expect(message.bytes() == [])
        #expect(try socket.receiveMultipart(within: .zero) == nil)
        #expect(try socket.receiveMultipart(within: .milliseconds(1)) == nil)
        #expect(try !socket.wait(for: .readable, until: .now - .seconds(1)))
    }

    @Test func aCopyOfBytesIsSentWithoutAMessage() throws {
        let context = Context()
        let receiver = try Socket.bound(.pair, in: context)
        let sender = try Socket.connected(.pair, to: receiver, in: context)
        let bytes: [UInt8] = [1, 2, 3]
        #expect(try bytes.withUnsafeBytes { try sender.send(copying: $0, more: true) })
        #expect(try [UInt8]().withUnsafeBytes { try sender.send(copying: $0) })
        #expect(try receiver.receiveMultipart() == [[1, 2, 3], []])
    }

    @Test func optionsAreReadAsTheyWereSet() throws {
        let socket = try Socket(.dealer, in: Context())
        #expect(try socket.get(.linger) == .zero)
        try socket.set(.linger, to: .milliseconds(1500))
        #expect(try socket.get(.linger) == .milliseconds(1500))
        try socket.set(.linger, to: .nanoseconds(1))
        #expect(try socket.get(.linger) == .milliseconds(1))
        try socket.set(.linger, to: .seconds(Int64.max))
        #expect(try socket.get(.linger) == .milliseconds(Int32.max))
        try socket.set(.linger, to: .seconds(-1))
        #expect(try socket.get(.linger) == .zero)
        try socket.set(.sendHighWaterMark, to: 7)
        #expect(try socket.get(.sendHighWaterMark) == 7)
        try socket.set(.maxMessageSize, to: 1 << 40)
        #expect(try socket.get(.maxMessageSize) == 1 << 40)
        try socket.set(.maxMessageSize, to: nil)
        #expect(try socket.get(.maxMessageSize) == nil)
        try socket.set(.immediate, to: true)
        #expect(try socket.get(.immediate))
        try socket.set(.routingID, to: [1, 2])
        #expect(try socket.get(.routingID) == [1, 2])
        try socket.set(.zapDomain, to: "bus")
        #expect(try socket.get(.zapDomain) == "bus")
    }

    @Test func anOptionOfAnotherKindOfSocketIsRefused() throws {
        let socket = try Socket(.dealer, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.set(.routerMandatory, to: true) }
        #expect(error?.description == "cannot set router mandatory: Invalid argument")
    }

    @Test func aFrameThatIsTooLongCutsThePeerOff() throws {
        let context = Context()
        let receiver = try Socket.bound(.pull, in: context, over: .tcp) { try $0.set(.maxMessageSize, to: 1000) }
        let monitor = try SocketMonitor(of: receiver)
        let sender = try Socket.connected(.push, to: receiver, in: context)
        try sender.sendMultipart([[UInt8](repeating: 0, count: 1001)])
        while let event = try monitor.next(within: nil), event.kind != .disconnected {}
        #expect(try receiver.receiveMultipart(within: .zero) == nil)
    }
}
