import Glibc

/// The way of a handler's reply to the thread that owns the socket.
///
/// A handler that never waited finishes on that very thread: its reply is put down there and needs neither a lock nor
/// a wake-up. Only the socket's thread touches `local`, which is what makes `@unchecked` right.
final class ReplyRoute: @unchecked Sendable {
    private let thread = pthread_self()
    private let mailbox: Mailbox<WorkerCommand>
    private var local: [(key: UInt64, reply: BusReply)] = []

    /// To be made on the socket's thread.
    init(mailbox: Mailbox<WorkerCommand>) {
        self.mailbox = mailbox
    }

    /// Takes the reply of the call under `key`, on any thread.
    func deliver(_ reply: BusReply, for key: UInt64) {
        if pthread_equal(pthread_self(), thread) != 0 {
            local.append((key, reply))
        } else {
            post(reply, for: key)
        }
    }

    /// Takes the reply behind everything that was posted before.
    func post(_ reply: BusReply, for key: UInt64) {
        mailbox.post(.finished(key, reply))
    }

    /// Takes out the reply that was put down last; only for the socket's thread.
    func takeLocal() -> (key: UInt64, reply: BusReply)? {
        local.popLast()
    }
}
