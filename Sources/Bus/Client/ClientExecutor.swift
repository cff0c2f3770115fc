import Glibc
import Synchronization

/// Runs tasks on the thread of a client's socket: see ``BusClient/executor``.
///
/// What a reply resumes is put down and taken up by that very thread, without a lock or a wake-up. Only the socket's
/// thread touches `jobs` and `running`, which is what makes `@unchecked` right. While jobs run, `running` is only read
/// and `jobs` is touched in passing, so no access meets another, and none is checked for that.
final class ClientExecutor: TaskExecutor, @unchecked Sendable {
    /// How many jobs run before the rest of the loop has its turn.
    private static let batchLimit = 512

    /// What came from other threads.
    private struct Inbox {
        var jobs: [UnownedJob] = []
        /// Whether the socket's thread takes them.
        var isOpen = false
    }

    private let mailbox: Mailbox<ClientCommand>
    private let inbox = Mutex(Inbox())
    /// The socket's thread; 0 while there is none.
    private let thread = Atomic(UInt(0))
    @exclusivity(unchecked)
    private var jobs: [UnownedJob] = []
    @exclusivity(unchecked)
    private var running: [UnownedJob] = []

    /// - Parameter mailbox: wakes the socket's thread.
    init(mailbox: Mailbox<ClientCommand>) {
        self.mailbox = mailbox
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if thread.load(ordering: .relaxed) == UInt(pthread_self()) {
            jobs.append(job)
        } else if post(job) {
            mailbox.post(.run)
        } else {
            Self.runElsewhere(job)
        }
    }

    /// False when nobody will take it.
    private func post(_ job: UnownedJob) -> Bool {
        inbox.withLock { inbox in
            if inbox.isOpen { inbox.jobs.append(job) }
            return inbox.isOpen
        }
    }

    /// A client that does not run must not keep tasks from running.
    private static func runElsewhere(_ job: UnownedJob) { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
}

/// Only for the socket's thread.
extension ClientExecutor {
    /// Whether something is left to run.
    var hasJobs: Bool { !jobs.isEmpty }

    /// Makes the calling thread the one that runs jobs, until ``leave()``.
    func begin() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        inbox.withLock { $0.isOpen = true }
    }

    /// Takes over what came from other threads.
    func takePosted() {
        inbox.withLock { inbox in
            jobs += inbox.jobs
            inbox.jobs.removeAll(keepingCapacity: true)
        }
    }

    /// Runs what there is and what comes of it, up to a bound.
    func run() {
        var count = 0
        let executor = asUnownedTaskExecutor()
        while !jobs.isEmpty, count < Self.batchLimit {
            swap(&jobs, &running)
            for job in running { job.runSynchronously(on: executor) }
            count += running.count
            running.removeAll(keepingCapacity: true)
        }
    }

    /// Lets what is left, and whatever comes, run on Swift's shared threads.
    func leave() {
        inbox.withLock { $0.isOpen = false }
        takePosted()
        thread.store(0, ordering: .relaxed)
        for job in jobs { Self.runElsewhere(job) }
        jobs = []
    }
}
