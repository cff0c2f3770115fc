import Foundation
import Glibc

/// A host of its own within this process: a thread in a network namespace, on which tasks run that prefer it.
///
/// The threads that such tasks start are in the namespace, too, and so are libzmq's, which begin with the first socket
/// of a context. A broker, a worker and a client thus run unchanged on hosts that have nothing but a cable between them.
final class NetworkHost: TaskExecutor, Sendable {
    private let jobs = JobQueue()

    /// - Throws: ``NoSuchHost`` when the namespace cannot be entered.
    init(namespace: String) throws {
        let entered = Entrance()
        Thread.detachNewThread { [jobs] in
            let isInside = Self.enter(namespace)
            entered.open(isInside)
            while isInside, let job = jobs.next() { job() }
        }
        guard entered.wait() else { throw NoSuchHost(namespace: namespace) }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.add { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Lets the thread go when it has done what it was given.
    func end() { jobs.end() }

    struct NoSuchHost: Error { var namespace: String }

    private static func enter(_ namespace: String) -> Bool {
        let descriptor = open("/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Not among what Swift's Glibc module has.
        guard let symbol = dlsym(nil, "setns") else { return false }
        typealias SetNamespace = @convention(c) (Int32, Int32) -> Int32
        let networkNamespace: Int32 = 0x4000_0000
        return unsafeBitCast(symbol, to: SetNamespace.self)(descriptor, networkNamespace) == 0
    }
}

/// What a host's thread has to do, in order.
private final class JobQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [() -> Void] = []
    private var isOver = false

    func add(_ job: @escaping () -> Void) {
        condition.withLock {
            jobs.append(job)
            condition.signal()
        }
    }

    func end() {
        condition.withLock {
            isOver = true
            condition.signal()
        }
    }

    /// Waits for a job; nil when there is none and none will come.
    func next() -> (() -> Void)? {
        condition.withLock {
            while jobs.isEmpty, !isOver { condition.wait() }
            return jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }
}

/// Tells once whether somebody got in.
private final class Entrance: @unchecked Sendable {
    private let condition = NSCondition()
    private var isInside: Bool?

    func open(_ isInside: Bool) {
        condition.withLock {
            self.isInside = isInside
            condition.signal()
        }
    }

    func wait() -> Bool {
        condition.withLock {
            while isInside == nil { condition.wait() }
            return isInside == true
        }
    }
}
