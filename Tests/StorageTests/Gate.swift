import Dispatch

/// Holds a thread up until the test lets it go.
struct Gate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let entered = AsyncStream<Void>.makeStream()

    /// Blocks the calling thread until ``open()``.
    func wait() {
        entered.continuation.finish()
        opened.wait()
    }

    /// Returns when a thread waits, or is about to.
    func whenEntered() async {
        for await _ in entered.stream {}
    }

    func open() {
        opened.signal()
    }
}
