import CZMQ
import Glibc
import Synchronization

/// Wakes a thread that sleeps in a ``Poller``, from any other thread.
///
/// Waking it a thousand times before it looks costs one system call, so call ``wake()`` after every change that the
/// thread should see. The thread calls ``reset()`` *before* it looks: what is handed over later wakes it again.
public final class Waker: Sendable {
    /// Readable while the thread has been woken and has not looked yet.
    public let fileDescriptor: Int32
    /// Whether the descriptor is, or is about to be, readable. Never false while it is: nobody would read it again.
    private let isSignalled = Atomic(false)

    /// Makes a waker, which holds one file descriptor.
    ///
    /// - Throws: ``ZMQError/Code/tooManyOpenFiles``.
    public init() throws(ZMQError) {
        fileDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if fileDescriptor < 0 { throw ZMQError(code: .init(rawValue: errno), operation: "create a waker") }
    }

    deinit {
        if fileDescriptor >= 0 { Glibc.close(fileDescriptor) }
    }

    /// Wakes the thread, or keeps it from going to sleep. Never blocks.
    public func wake() {
        guard !isSignalled.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var one: UInt64 = 1
        while write(fileDescriptor, &one, 8) < 0, errno == EINTR {}
    }

    /// Takes the signal in. Look at what was handed over after this, never before.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func reset() -> Bool {
        guard isSignalled.load(ordering: .acquiring) else { return false }
        var count: UInt64 = 0
        while read(fileDescriptor, &count, 8) < 0 {
            // A wake has announced itself and not written yet: what it writes is for the next reset.
            guard errno == EINTR else { return false }
        }
        // After the read: a wake between the two is silent, and its change is seen by the look that follows.
        return isSignalled.exchange(false, ordering: .acquiringAndReleasing)
    }
}
