import Glibc
import Synchronization

/// Wakes a thread that sleeps in `poll`, once and for good.
final class StopSignal: Sendable {
    /// Readable when the signal was given: its other end is closed then.
    let descriptor: Int32
    private let other: Mutex<Int32?>

    init() throws(StorageError) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw StorageError(.failed, "No pipe is to be had: \(String(cString: strerror(errno))).")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        descriptor = ends[0]
        other = Mutex(ends[1])
    }

    deinit {
        give()
        close(descriptor)
    }

    var isGiven: Bool { other.withLock { $0 == nil } }

    func give() {
        if let end = other.withLock({ $0.take() }) { close(end) }
    }
}

/// The signals of all that run, given together at the end.
final class StopSignals: Sendable {
    private let signals = Mutex<[StopSignal]?>([])

    /// False when the end has come already.
    func add(_ signal: StopSignal) -> Bool {
        signals.withLock { signals in
            signals?.removeAll { $0.isGiven }
            signals?.append(signal)
            return signals != nil
        }
    }

    func stop() {
        for signal in signals.withLock({ $0.take() }) ?? [] { signal.give() }
    }
}
