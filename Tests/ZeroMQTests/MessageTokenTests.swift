import Dispatch
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct MessageTokenTests {
    /// Tells when it is let go of.
    private final class Token: Sendable {
        let isGone: DispatchSemaphore

        init(_ isGone: DispatchSemaphore) { self.isGone = isGone }

        deinit { isGone.signal() }
    }

    @Test(arguments: [5, 500, 500_000], Endpoint.Transport.allCases)
    func aTokenGoesWhenTheBytesHaveLeft(_ count: Int, _ transport: Endpoint.Transport) throws {
        let context = Context()
        let receiver = try Socket.bound(.pull, in: context, over: transport)
        let sender = try Socket.connected(.push, to: receiver, in: context)
        let isGone = DispatchSemaphore(value: 0)
        let bytes = (0..<count).map { UInt8($0 % 251) }
        var message = Message(Message(copying: bytes), holding: Token(isGone))
        #expect(message.bytes() == bytes && isGone.wait(timeout: .now()) == .timedOut)
        try #require(try sender.send(&message))
        #expect(try receiver.receiveMultipart() == [bytes])
        #expect(isGone.wait(timeout: .now() + 20) == .success)
    }

    @Test func aTokenGoesWithAMessageThatIsNeverSent() {
        let isGone = DispatchSemaphore(value: 0)
        _ = Message(Message(copying: "unsent"), holding: Token(isGone))
        #expect(isGone.wait(timeout: .now()) == .success)
    }
}
