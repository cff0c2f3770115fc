import CZMQ
import Synchronization

/// The home of a process's sockets: its I/O threads, and the names of `inproc://` endpoints.
///
/// Ending it never hangs, which is where programs on libzmq usually do. ``shutdown()`` wakes whoever waits on a
/// socket, with ``ZMQError/Code/terminated``; the last socket to be closed ends the context, whoever owns it. What
/// a closed socket had accepted is still delivered, for as long as its linger allows (none by default).
///
/// One context a process is the rule; `inproc://` works only within one. All members may be called from any thread.
public final class Context: Sendable {
    private let state: Mutex<State>
    /// Who says which peers may connect: see ``authenticate(domain:by:)``.
    let authenticators = Mutex(AuthenticatorTable())

    private struct State {
        /// Nil once it has been given to `zmq_ctx_term`, or when it could not be made.
        var handle: Handle?
        /// Why there was no handle from the start.
        var failure: ZMQError.Code = .terminated
        var openSockets = 0
        var isClosing = false

        /// Hands out the context to whoever must end it: once, when it is closing and its last socket is gone.
        mutating func takeIfFinished() -> Handle? {
            guard isClosing, openSockets == 0 else { return nil }
            defer { handle = nil }
            return handle
        }
    }

    /// libzmq's contexts may be used from any thread.
    private struct Handle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// Makes a context; its threads start with its first socket.
    ///
    /// - Parameters:
    ///   - ioThreads: threads that move bytes. One carries about a gigabyte a second, so it is nearly always enough.
    ///   - maxSockets: how many sockets may be open at once; each also needs file descriptors. At most 65,536.
    ///
    /// Should the system not have the resources, the first ``Socket/init(_:in:)`` says so.
    public init(ioThreads: Int = 1, maxSockets: Int = 65_536) {
        guard let pointer = zmq_ctx_new() else {
            state = Mutex(State(handle: nil, failure: ZMQError.Code(rawValue: zmq_errno())))
            return
        }
        // Sockets do not linger unless told to: otherwise an unsent message to a dead peer holds the process up.
        zmq_ctx_set(pointer, ZMQ_BLOCKY, 0)
        zmq_ctx_set(pointer, ZMQ_IO_THREADS, Int32(clamping: max(ioThreads, 0)))
        let limit = zmq_ctx_get(pointer, ZMQ_SOCKET_LIMIT)
        zmq_ctx_set(pointer, ZMQ_MAX_SOCKETS, min(max(Int32(clamping: maxSockets), 1), limit))
        state = Mutex(State(handle: Handle(pointer: pointer)))
    }

    deinit {
        // A socket keeps its context alive, so that none is open here.
        close()
    }

    /// Makes every call on every socket of this context fail with ``ZMQError/Code/terminated``, now and from now on.
    ///
    /// Threads that are blocked in ``Socket`` or ``Poller`` wake up. They should let go of their sockets.
    public func shutdown() {
        // Under the lock: elsewhere, the last socket's owner could end the context between the look and the call.
        state.withLock { state in
            if let handle = state.handle { zmq_ctx_shutdown(handle.pointer) }
        }
    }

    /// Shuts down and gives back the context's threads and memory. Calling it again does nothing.
    ///
    /// When every socket is closed, it returns after their accepted messages have been sent or their lingers have
    /// passed. It does not wait for sockets that are still open, as their owner may be the one who calls: the last
    /// of them to be closed ends the context.
    public func close() {
        shutdown()
        let finished = state.withLock { state in
            state.isClosing = true
            return state.takeIfFinished()
        }
        terminate(finished)
    }

    /// Opens a raw socket and counts it until ``socketWasClosed()``.
    func openSocket(_ kind: Socket.Kind) throws(ZMQError) -> UnsafeMutableRawPointer {
        let (socket, failure) = state.withLock { state -> (Handle?, ZMQError.Code) in
            guard let context = state.handle, !state.isClosing else { return (nil, state.failure) }
            guard let socket = zmq_socket(context.pointer, kind.number) else {
                return (nil, ZMQError.Code(rawValue: zmq_errno()))
            }
            state.openSockets += 1
            return (Handle(pointer: socket), state.failure)
        }
        guard let socket else { throw ZMQError(code: failure, operation: "create a \(kind.rawValue) socket") }
        return socket.pointer
    }

    /// To be called once for every socket of ``openSocket(_:)``, after it was closed.
    func socketWasClosed() {
        let finished = state.withLock { state in
            state.openSockets -= 1
            return state.takeIfFinished()
        }
        terminate(finished)
    }

    private func terminate(_ handle: Handle?) {
        guard let handle else { return }
        // A signal may interrupt it; it goes on where it was.
        while zmq_ctx_term(handle.pointer) != 0, zmq_errno() == ZMQError.Code.interrupted.rawValue {}
    }
}
