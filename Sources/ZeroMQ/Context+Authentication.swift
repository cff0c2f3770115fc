import Synchronization

/// Who may connect: the ZeroMQ Authentication Protocol (RFC 27).
extension Context {
    /// Asks `decide` about every peer that connects to an endpoint which was bound with `domain` as the socket's
    /// ``SocketOption/zapDomain``, until the result is cancelled or nobody holds it.
    ///
    /// A thread of its own serves all domains of a context. A connection in a domain that has no authenticator is
    /// refused, as long as there is any authenticator.
    ///
    /// - Parameter decide: called on that thread, for one connection after the other: it must not block.
    /// - Throws: ``ZMQError/Code/addressInUse`` when somebody else answers for this context, or for this domain.
    public func authenticate(
        domain: String,
        by decide: @escaping @Sendable (Credentials) -> Admission
    ) throws(ZMQError) -> Authentication {
        // Under the lock: the thread decides under it, too, whether it is still needed.
        let failure: ZMQError? = authenticators.withLock { table in
            do throws(ZMQError) {
                try table.add(decide, for: domain, in: self)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        return Authentication(of: domain, in: self)
    }
}

/// An authenticator at work; its end is the authenticator's, too.
public final class Authentication: Sendable {
    private let domain: String
    private let context: Context
    private let isOver = Atomic(false)

    init(of domain: String, in context: Context) {
        self.domain = domain
        self.context = context
    }

    deinit { cancel() }

    /// Asks no more. Who is connected stays so.
    public func cancel() {
        guard !isOver.exchange(true, ordering: .acquiringAndReleasing) else { return }
        context.authenticators.withLock { $0.remove(domain) }
    }
}

/// The authenticators of a context by domain, and whether a thread serves them.
struct AuthenticatorTable {
    typealias Decision = @Sendable (Credentials) -> Admission

    private var decisions: [String: Decision] = [:]
    /// Wakes the thread; nil when there is none.
    private var waker: Waker?

    func decision(for domain: String) -> Decision? { decisions[domain] }

    mutating func add(_ decision: @escaping Decision, for domain: String, in context: Context) throws(ZMQError) {
        guard decisions[domain] == nil else {
            throw ZMQError(code: .addressInUse, operation: "authenticate the domain \(domain)")
        }
        if waker == nil { waker = try AuthenticationThread.start(in: context) }
        decisions[domain] = decision
    }

    mutating func remove(_ domain: String) {
        decisions[domain] = nil
        if decisions.isEmpty { waker?.wake() }
    }

    /// Whether the thread of `waker` has nobody to ask; another one then starts when there is somebody again.
    mutating func endIfIdle() -> Bool {
        guard decisions.isEmpty else { return false }
        waker = nil
        return true
    }

    /// The thread is gone with its context.
    mutating func threadHasEnded() { waker = nil }
}
