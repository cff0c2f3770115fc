import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct HighWaterMarkTests {
    @Test func aSenderWithoutAPeerTakesAsMuchAsItsMark() throws {
        let sender = try Socket(.dealer, in: Context())
        try sender.set(.sendHighWaterMark, to: 10)
        try sender.connect(TestEndpoint.deserted())
        #expect(try sendUntilRefused(sender) == 10)
    }

    @Test func aSocketWithNoConnectionAtAllRefuses() throws {
        let sender = try Socket(.push, in: Context())
        #expect(try sendUntilRefused(sender) == 0)
    }

    @Test func anImmediateSenderRefusesUntilItIsConnected() throws {
        let sender = try Socket(.dealer, in: Context())
        try sender.set(.immediate, to: true)
        try sender.connect(TestEndpoint.deserted())
        #expect(try sendUntilRefused(sender) == 0)
    }

    @Test func aRefusedMessageIsKeptByItsSender() throws {
        let sender = try Socket(.push, in: Context())
        var message = Message(copying: [1, 2, 3])
        #expect(try !sender.send(&message))
        #expect(message.bytes() == [1, 2, 3])
        #expect(try !sender.send(&message, within: .milliseconds(1)))
        #expect(message.bytes() == [1, 2, 3])
        #expect(try !sender.sendMultipart([[1], [2]], within: .zero))
    }

    @Test func bothMarksAddUpAndRoomIsFoundAgain() throws {
        let context = Context()
        let receiver = try Socket.bound(.pull, in: context) { try $0.set(.receiveHighWaterMark, to: 3) }
        let sender = try Socket.connected(.push, to: receiver, in: context) { try $0.set(.sendHighWaterMark, to: 2) }
        #expect(try sendUntilRefused(sender) == 5)
        for _ in 0..<5 { #expect(try receiver.receiveMultipart() == [[1]]) }
        #expect(try sender.wait(for: .writable))
        #expect(try sendUntilRefused(sender) > 0)
    }

    @Test func aMandatoryRouterSaysThatNobodyIsThere() throws {
        let router = try Socket.bound(.router, in: Context()) { try $0.set(.routerMandatory, to: true) }
        var id = Message(copying: "nobody")
        let error = #expect(throws: ZMQError.self) { _ = try router.send(&id, more: true) }
        #expect(error?.code == .hostUnreachable)
        #expect(id.text() == "nobody")
    }

    @Test func aMandatoryRouterRefusesWhatAFullPeerCannotTake() throws {
        let context = Context()
        let router = try Socket.bound(.router, in: context) {
            try $0.set(.routerMandatory, to: true)
            try $0.set(.sendHighWaterMark, to: 2)
        }
        let dealer = try Socket.connected(.dealer, to: router, in: context) {
            try $0.set(.routingID, to: [0x41])
            try $0.set(.receiveHighWaterMark, to: 2)
        }
        try dealer.sendMultipart([[0]])
        #expect(try router.receiveMultipart() == [[0x41], [0]])
        var sent = 0
        while try router.sendMultipart([[0x41], [1]], within: .zero) { sent += 1 }
        #expect(sent == 4)
        for _ in 0..<sent { #expect(try dealer.receiveMultipart() == [[1]]) }
    }

    private func sendUntilRefused(_ socket: borrowing Socket) throws -> Int {
        var count = 0
        var message = Message(copying: [1])
        while count < 1000, try socket.send(&message) {
            message = Message(copying: [1])
            count += 1
        }
        return count
    }
}
