import Testing

@testable import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct MessageTests {
    @Test func aMessageHasTheShapeOfTheLibrarys() {
        #expect(MessageStorage.matchesLibrary)
    }

    @Test(arguments: [0, 1, 33, 34, 1000, 65_535, 65_536, 1_000_000])
    func aMessageHoldsItsBytes(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let copied = Message(copying: bytes)
        let adopted = Message(adopting: bytes)
        #expect(copied.bytes() == bytes)
        #expect(adopted.bytes() == bytes)
        let (size, isEmpty) = (copied.count, adopted.isEmpty)
        #expect(size == count)
        #expect(isEmpty == (count == 0))
    }

    @Test func textGoesInAndOut() {
        let message = Message(copying: "grüße")
        #expect(message.text() == "grüße")
        let garbage = Message(copying: [0xFF, 0xFE])
        #expect(garbage.text() == nil)
    }

    @Test func bytesAreChangedInPlace() {
        var message = Message(size: 100)
        message.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 7) }
        message.withUnsafeMutableBytes { $0[99] = 8 }
        #expect(message.bytes() == [UInt8](repeating: 7, count: 99) + [8])
    }

    @Test func aMessageThatIsMovedKeepsShortBytes() {
        let message = Message(copying: [1, 2, 3])
        let moved = consume message
        #expect(moved.bytes() == [1, 2, 3])
    }

    @Test func aLargeArrayIsAdoptedAndNotCopied() {
        let bytes = [UInt8](repeating: 1, count: Message.adoptionThreshold)
        let address = bytes.withUnsafeBytes { $0.baseAddress }
        let message = Message(adopting: consume bytes)
        #expect(message.withUnsafeBytes { $0.baseAddress } == address)
    }

    @Test func anArrayThatSomebodyElseHoldsStaysAsItIs() {
        let bytes = [UInt8](repeating: 1, count: Message.adoptionThreshold)
        var message = Message(adopting: bytes)
        message.withUnsafeMutableBytes { $0[0] = 2 }
        #expect(bytes[0] == 1)
        #expect(message.bytes()[0] == 2)
    }

    @Test func sharingGivesASecondMessageWithTheSameBytes() {
        var message = Message(copying: [UInt8](repeating: 9, count: 5000))
        let other = message.shared()
        #expect(other.bytes() == message.bytes())
        #expect(other.withUnsafeBytes { $0.baseAddress } == message.withUnsafeBytes { $0.baseAddress })
    }

    @Test(arguments: [100, 100_000])
    func sendingMovesTheBytesAndLeavesTheMessageEmpty(_ count: Int) throws {
        let context = Context()
        let receiver = try Socket.bound(.pair, in: context)
        let sender = try Socket.connected(.pair, to: receiver, in: context)

        var message = Message(adopting: [UInt8](repeating: 5, count: count))
        let address = message.withUnsafeBytes { $0.baseAddress }
        #expect(try sender.send(&message))
        let isEmpty = message.isEmpty
        #expect(isEmpty)

        let received = try #require(try Received(receiver.receive(within: nil)))
        #expect(received.address == address)
        #expect(received.count == count)
    }

    /// What a test wants to know of a message, copyable.
    private struct Received {
        let address: UnsafeRawPointer?
        let count: Int

        init?(_ message: consuming Message?) {
            guard let message else { return nil }
            address = message.withUnsafeBytes { $0.baseAddress }
            count = message.count
        }
    }
}
