import Synchronization
import Testing
import ZeroMQ

/// What several threads hand over to one.
private final class Queue: Sendable {
    private let numbers = Mutex<[Int]>([])

    func append(_ number: Int) {
        numbers.withLock { $0.append(number) }
    }

    func takeAll() -> [Int] {
        numbers.withLock { numbers in
            defer { numbers = [] }
            return numbers
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct PollerTests {
    @Test func aPollerWithNothingToSayReturnsAtItsDeadline() throws {
        let socket = try Socket.bound(.pull, in: Context())
        var poller = Poller()
        poller.add(socket)
        while try poller.wait(until: .now) { _ = try socket.pendingEvents() }
        let deadline = ContinuousClock.now + .milliseconds(20)
        #expect(try !poller.wait(until: deadline))
        #expect(ContinuousClock.now >= deadline)
    }

    @Test func oneOfSeveralSocketsIsEnough() throws {
        let context = Context()
        let silent = try Socket.bound(.pull, in: context)
        let receiver = try Socket.bound(.pull, in: context)
        let sender = try Socket.connected(.push, to: receiver, in: context)
        var poller = Poller()
        poller.add(silent)
        poller.add(receiver)
        try sender.sendMultipart([[1]])
        while try !receiver.pendingEvents().contains(.readable) { try poller.wait() }
        #expect(try receiver.receiveMultipart(within: .zero) == [[1]])
    }

    @Test func whatEndedTheSleepIsTold() throws {
        var poller = Poller()
        let (silent, loud) = (try Waker(), try Waker())
        let (first, second) = (poller.add(silent), poller.add(loud))
        loud.wake()
        try poller.wait()
        #expect(!poller.hasNews(first))
        #expect(poller.hasNews(second))
    }

    @Test func newsThatAnotherCallTookInIsNotSleptOver() throws {
        let context = Context()
        let receiver = try Socket.bound(.dealer, in: context, over: .tcp)
        let sender = try Socket.connected(.dealer, to: receiver, in: context)
        try sender.sendMultipart([[1]])
        try sender.sendMultipart([[2]])
        #expect(try receiver.wait(for: .readable))
        // From here on the descriptor may be silent although two messages are waiting.
        #expect(try receiver.pendingEvents().contains(.readable))
        #expect(try receiver.wait(for: .readable))
        #expect(try receiver.receiveMultipart() == [[1]])
        #expect(try receiver.wait(for: .readable))
        #expect(try receiver.receiveMultipart() == [[2]])
    }

    @Test func aWakerWakesOnceForManyCalls() throws {
        let waker = try Waker()
        var poller = Poller()
        poller.add(waker)
        #expect(try !poller.wait(until: .now))
        for _ in 0..<1000 { waker.wake() }
        #expect(try poller.wait())
        #expect(waker.reset())
        #expect(!waker.reset())
        #expect(try !poller.wait(until: .now))
        waker.wake()
        #expect(try poller.wait())
    }

    @Test func nothingHandedOverIsSleptOver() async throws {
        let waker = try Waker()
        let queue = Queue()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for number in 1...10_000 {
                        queue.append(number)
                        waker.wake()
                    }
                    return 0
                }
            }
            group.addTask {
                try await onSocketThread(named: "consumer") {
                    var poller = Poller()
                    poller.add(waker)
                    var count = 0
                    while count < 40_000 {
                        waker.reset()
                        let batch = queue.takeAll().count
                        count += batch
                        if batch == 0 { try poller.wait() }
                    }
                    return count
                }
            }
            let sum = try await group.reduce(0, +)
            #expect(sum == 40_000)
        }
    }

    @Test func aDescriptorThatWasClosedIsNoReasonToSpin() throws {
        var poller = Poller()
        poller.add(descriptor: -1)
        #expect(try !poller.wait(until: .now + .milliseconds(1)))
    }
}
