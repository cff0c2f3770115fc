import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct ZMQErrorTests {
    @Test func anErrorSaysWhatWhereAndWhy() {
        let error = ZMQError(code: .addressInUse, operation: "bind", endpoint: .tcp("127.0.0.1", port: 5555))
        #expect(error.description == "cannot bind tcp://127.0.0.1:5555: Address already in use")
        #expect(ZMQError(code: .terminated, operation: "send").description == "cannot send: Context was terminated")
    }

    @Test func bindingTwiceToOneEndpointIsRefusedByName() throws {
        let context = Context()
        let first = try Socket.bound(.pull, in: context, over: .tcp)
        let endpoint = try first.lastEndpoint
        let second = try Socket(.pull, in: context)
        let error = #expect(throws: ZMQError.self) { try second.bind(endpoint) }
        #expect(error == ZMQError(code: .addressInUse, operation: "bind", endpoint: endpoint))
    }

    @Test func anAddressThatIsNotHereIsRefused() throws {
        let socket = try Socket(.pull, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.bind(.tcp("192.0.2.1", port: 5555)) }
        #expect(error?.code == .addressNotAvailable)
    }

    @Test func aReplierOutOfTurnIsToldSo() throws {
        let socket = try Socket.bound(.rep, in: Context())
        var message = Message()
        let error = #expect(throws: ZMQError.self) { _ = try socket.send(&message) }
        #expect(error?.code == .wrongState)
    }

    @Test func unbindingWhatIsNotBoundIsRefused() throws {
        let socket = try Socket(.pull, in: Context())
        let error = #expect(throws: ZMQError.self) { try socket.unbind(.tcp("127.0.0.1", port: 1)) }
        #expect(error?.code == .noEntry)
        #expect(throws: ZMQError.self) { try socket.lastEndpoint }
    }

    @Test func aContextThatIsFullSaysSo() throws {
        let context = Context(maxSockets: 2)
        let first = try Socket(.pull, in: context)
        let second = try Socket(.pull, in: context)
        let error = #expect(throws: ZMQError.self) { try Socket(.pull, in: context).bind(TestEndpoint.unique()) }
        #expect(error?.code == .tooManyOpenFiles)
        #expect(error?.operation == "create a pull socket")
        try first.bind(TestEndpoint.unique())
        try second.bind(TestEndpoint.unique())
    }
}
