import Glibc
import Synchronization
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct WakerTests {
    @Test func aSignalIsTakenInOnce() throws {
        let waker = try Waker()
        #expect(!waker.reset())
        waker.wake()
        waker.wake()
        #expect(isReadable(waker))
        #expect(waker.reset())
        #expect(!waker.reset() && !isReadable(waker))
    }

    /// A descriptor that stays readable with nobody to read it would keep its thread awake for ever.
    @Test func resettingInTheMiddleOfAWakeLeavesNothingBehind() async throws {
        let waker = try Waker()
        let (begun, done) = (Shared(), Shared())
        let rounds = 20_000
        async let poster: Void = onSocketThread(named: "poster") {
            for round in 1...rounds {
                while begun.value.load(ordering: .acquiring) < round { sched_yield() }
                waker.wake()
                done.value.store(round, ordering: .releasing)
            }
        }
        let leftovers = try await onSocketThread(named: "sleeper") {
            var leftovers = 0
            for round in 1...rounds {
                begun.value.store(round, ordering: .releasing)
                while done.value.load(ordering: .acquiring) < round { waker.reset() }
                waker.reset()
                if isReadable(waker) { leftovers += 1 }
            }
            return leftovers
        }
        try await poster
        #expect(leftovers == 0)
    }

    private final class Shared: Sendable {
        let value = Atomic(0)
    }
}

private func isReadable(_ waker: Waker) -> Bool {
    var descriptor = pollfd(fd: waker.fileDescriptor, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
}
