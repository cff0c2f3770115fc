import DequeModule
import Glibc

/// The way of requests from the thread that owns the socket to their handlers, and of the replies back to it.
///
/// A handler that never waits runs and finishes on that very thread: its reply is put down there and needs neither a
/// lock nor a wake-up. Only the socket's thread touches what is stored here, which is what makes `@unchecked` right.
/// No access spans a call to other code, so none can meet another: checking that anew for every request was a
/// twentieth of the thread's samples.
final class ReplyRoute: @unchecked Sendable {
    private let thread = pthread_self()
    private let mailbox: Mailbox<WorkerCommand>
    @exclusivity(unchecked)
    private var begun = Deque<(key: UInt64, request: BusRequest)>()
    @exclusivity(unchecked)
    private var replies: [(key: UInt64, reply: BusReply)] = []
    /// The call whose handler is running, or has had to wait.
    @exclusivity(unchecked)
    private var current: UInt64?

    /// To be made on the socket's thread.
    init(mailbox: Mailbox<WorkerCommand>) {
        self.mailbox = mailbox
    }

    /// Takes the reply of the call under `key`, on any thread; true on the socket's own.
    func deliver(_ reply: BusReply, for key: UInt64) -> Bool {
        guard pthread_equal(pthread_self(), thread) != 0 else {
            post(reply, for: key)
            return false
        }
        replies.append((key, reply))
        current = nil
        return true
    }

    /// Takes the reply behind everything that was posted before.
    func post(_ reply: BusReply, for key: UInt64) {
        mailbox.post(.finished(key, reply))
    }
}

/// Only for the socket's thread.
extension ReplyRoute {
    /// How many requests are to begin.
    var begunCount: Int { begun.count }

    func begin(_ request: BusRequest, key: UInt64) { begun.append((key, request)) }

    /// The next request to begin, for the task that serves them.
    func next() -> (key: UInt64, request: BusRequest)? {
        guard let call = begun.popFirst() else { return nil }
        current = call.key
        return call
    }

    /// The call whose handler has to wait, if the task that served it has come back because of that.
    func takeWaiting() -> UInt64? { current.take() }

    /// Takes out the replies of those that have finished, in order; `taken` must be empty.
    func takeReplies(into taken: inout [(key: UInt64, reply: BusReply)]) { swap(&replies, &taken) }
}
