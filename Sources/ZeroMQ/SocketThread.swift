import CZMQ
import Glibc

/// Runs `body` on a thread of its own and returns what it returns, while the caller waits without blocking a thread.
///
/// Code that sleeps in a ``Poller`` must not do so on Swift's shared threads, of which there are as many as cores:
/// three such tasks on two cores made a timer of 50 ms fire after a second.
///
/// Cancelling the calling task does not interrupt `body`. Give it a ``Waker``, and wake it from
/// `withTaskCancellationHandler`; or shut the context down.
///
/// ```swift
/// try await onSocketThread(named: "broker") {
///     let socket = try Socket(.router, in: context)
///     …
/// }
/// ```
///
/// - Parameter name: shown by `top -H` and debuggers, up to 15 bytes of it.
/// - Throws: what `body` throws, or a ``ZMQError`` when the system gives no thread.
public func onSocketThread<Result: Sendable>(
    named name: String,
    _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await SocketThread.run(named: name, body)
}

/// A thread that runs one closure: see ``onSocketThread(named:_:)``.
public enum SocketThread {
    /// The same as ``onSocketThread(named:_:)``.
    public static func run<Result: Sendable>(
        named name: String,
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do throws(ZMQError) {
                try start(named: name) { continuation.resume(with: Swift.Result(catching: body)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Starts a thread and returns; nobody waits for its end.
    static func start(named name: String, _ body: @escaping () -> Void) throws(ZMQError) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { runThread($0) }, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw ZMQError(code: .init(rawValue: code), operation: "start the thread \(name)")
        }
        pthread_detach(thread)
    }
}

/// What a new thread needs to know, in the one word that C hands it.
private final class ThreadStart {
    let name: String
    let body: () -> Void

    init(name: String, body: @escaping () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    // The kernel takes 15 bytes and a NUL, and refuses a longer name instead of cutting it.
    pthread_setname_np(pthread_self(), String(decoding: start.name.utf8.prefix(15), as: UTF8.self))
    start.body()
    return nil
}
