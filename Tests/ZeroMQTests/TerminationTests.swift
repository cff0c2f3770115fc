import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct TerminationTests {
    @Test func anUnusedContextEndsAtOnceAndMoreThanOnce() {
        let context = Context()
        context.close()
        context.close()
        context.shutdown()
    }

    @Test func anUnsentMessageToNobodyDoesNotHoldUpTheEnd() throws {
        let context = Context()
        do {
            let sender = try Socket(.push, in: context)
            try sender.connect(TestEndpoint.deserted())
            try sender.sendMultipart([[1]])
        }
        context.close()
    }

    @Test func lingeringHasItsEnd() throws {
        let context = Context()
        do {
            let sender = try Socket(.push, in: context)
            try sender.set(.linger, to: .milliseconds(50))
            try sender.connect(TestEndpoint.deserted())
            try sender.sendMultipart([[1]])
        }
        let start = ContinuousClock.now
        context.close()
        #expect(start.duration(to: .now) >= .milliseconds(40))
    }

    @Test func whatALingeringSocketAcceptedIsDelivered() throws {
        let receiving = Context()
        let receiver = try Socket.bound(.pull, in: receiving, over: .tcp) { try $0.set(.receiveHighWaterMark, to: 0) }
        let sending = Context()
        do {
            let sender = try Socket.connected(.push, to: receiver, in: sending) {
                try $0.set(.linger, to: .seconds(30))
                try $0.set(.sendHighWaterMark, to: 0)
            }
            for number in 0..<1000 { try sender.sendMultipart([[UInt8(number % 256)]]) }
        }
        sending.close()
        for number in 0..<1000 { #expect(try receiver.receiveMultipart() == [[UInt8(number % 256)]]) }
    }

    @Test func shuttingDownWakesWhoeverWaits() async throws {
        let context = Context()
        let (waiting, isWaiting) = AsyncStream.makeStream(of: Void.self)
        async let code = onSocketThread(named: "waits") { () -> ZMQError.Code? in
            let socket = try Socket.bound(.pull, in: context)
            isWaiting.yield()
            do throws(ZMQError) {
                _ = try socket.receive(within: nil)
                return nil
            } catch {
                return error.code
            }
        }
        for await _ in waiting { break }
        context.shutdown()
        #expect(try await code == .terminated)
        context.close()
    }

    @Test func closingDoesNotWaitForASocketThatItsOwnCallerHolds() throws {
        let context = Context()
        let socket = try Socket.bound(.pull, in: context)
        context.close()
        let error = #expect(throws: ZMQError.self) { try socket.receiveMultipart() }
        #expect(error?.code == .terminated)
    }

    @Test func everyCallOnASocketOfAContextThatEndedIsRefused() throws {
        let context = Context()
        let socket = try Socket(.dealer, in: context)
        context.shutdown()
        var message = Message()
        #expect(throws: ZMQError.self) { _ = try socket.send(&message) }
        #expect(throws: ZMQError.self) { _ = try socket.receive(into: &message) }
        #expect(throws: ZMQError.self) { try socket.set(.linger, to: .zero) }
        #expect(throws: ZMQError.self) { try socket.pendingEvents() }
        #expect(throws: ZMQError.self) { try socket.bind(TestEndpoint.unique()) }
    }

    @Test func aClosedContextGivesNoSocket() {
        let context = Context()
        context.close()
        let error = #expect(throws: ZMQError.self) { try Socket(.pair, in: context).bind(TestEndpoint.unique()) }
        #expect(error == ZMQError(code: .terminated, operation: "create a pair socket"))
    }

    @Test func aSocketKeepsItsContextAlive() throws {
        let receiver = try Socket.bound(.pull, in: Context(), over: .tcp)
        let sender = try Socket.connected(.push, to: receiver, in: Context())
        try sender.sendMultipart([[1]])
        #expect(try receiver.receiveMultipart() == [[1]])
    }

    @Test func manyThreadsMayHoldSocketsWhenTheContextCloses() async throws {
        let context = Context()
        let holders = Counter()
        let (allOpen, isOpen) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<16 {
                group.addTask {
                    try await onSocketThread(named: "holder-\(number)") {
                        let socket = try Socket.bound(.pull, in: context)
                        if holders.increment() == 16 { isOpen.yield() }
                        _ = try? socket.receive(within: nil)
                    }
                }
            }
            for await _ in allOpen { break }
            context.close()
            try await group.waitForAll()
        }
    }
}
