import Glibc
import Synchronization

/// Starts programs with a clean set of signals, in a process group that one signal reaches.
enum Spawn {
    /// Held while a program is started, and while a pipe is made: none may be handed on to a child by accident.
    private static let turn = Mutex(())

    /// - Parameters:
    ///   - group: the process group; 0 makes one.
    ///   - descriptors: what the child has as its standard input, output and error.
    static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String: String],
        group: pid_t,
        descriptors: [Int32]
    ) throws(ScratchError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Swift's threads block nearly all signals, which a child would inherit.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, group)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        let words = ([program] + arguments).map { strdup($0) }
        let settings = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in words + settings { free(text) } }
        var pid: pid_t = 0
        let result = turn.withLock { _ in
            posix_spawnp(&pid, program, &actions, &attributes, words + [nil], settings + [nil])
        }
        guard result == 0 else { throw ScratchError("cannot start \(program): \(String(cString: strerror(result)))") }
        return pid
    }

    /// Neither end is inherited by children, but for what ``start(_:_:environment:group:descriptors:)`` hands on.
    static func pipe() throws(ScratchError) -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        let isMade = turn.withLock { _ in
            guard Glibc.pipe(&ends) == 0 else { return false }
            return ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard isMade else { throw ScratchError("there is no pipe to be had") }
        return (ends[0], ends[1])
    }

    /// Waits for a child's end on a thread of its own: `body` is called there while the child is still to be buried, so that
    /// its number is nobody else's.
    static func whenEnded(_ pid: pid_t, _ body: @escaping @Sendable () -> Void) {
        onThread {
            var information = siginfo_t()
            while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
            body()
        }
    }

    /// Runs what blocks.
    static func onThread(_ body: @escaping @Sendable () -> Void) {
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            box.toOpaque()
        )
        guard failure == 0 else {
            // No thread is to be had: late is better than never.
            box.takeRetainedValue().body()
            return
        }
        pthread_detach(thread)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
