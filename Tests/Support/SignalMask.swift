import Foundation

/// Swift's threads block nearly every signal, and a process inherits what the thread that starts it blocks: a child
/// started without this might never hear SIGTERM.
package func withoutBlockedSignals<Result>(_ body: () throws -> Result) rethrows -> Result {
    var none = sigset_t()
    var blocked = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &blocked)
    defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }
    return try body()
}
