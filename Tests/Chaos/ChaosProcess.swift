import Glibc

/// A process of a chaos run that lives several times: what it is, how it is started, and how its lives ended.
struct ChaosProcess {
    enum Kind: String {
        case broker, worker, client
    }

    let kind: Kind
    let number: Int
    /// What it is started with, after the ledger's path if it keeps one.
    let arguments: [String]
    private(set) var pid: pid_t = 0
    /// Whether each of its lives so far was ended by SIGKILL.
    private(set) var lives: [Bool] = []
    private var input: Int32 = -1
    private var output: Int32 = -1

    init(_ kind: Kind, _ number: Int, _ arguments: [String]) {
        self.kind = kind
        self.number = number
        self.arguments = arguments
    }

    var name: String { "\(kind.rawValue) \(number)" }
    var isUp: Bool { pid != 0 }

    func ledger(ofLife life: Int, in folder: String) -> String { "\(folder)/\(kind.rawValue)-\(number)-\(life)" }

    /// Starts a new life and waits until it is ready, unless told not to.
    ///
    /// - Throws: ``ChaosError`` when it is not within ten seconds.
    mutating func start(in folder: String, andWait waits: Bool = true) throws {
        let ledger = kind == .broker ? [] : [ledger(ofLife: lives.count, in: folder)]
        let (ours, theirs) = try Self.pipe()
        let (output, theirOutput) = try Self.pipe()
        defer {
            for descriptor in [ours, theirOutput] { close(descriptor) }
        }
        pid = try Self.spawn(
            ["chaos-bus", "play", kind.rawValue] + ledger + arguments,
            input: ours,
            output: theirOutput
        )
        (input, self.output) = (theirs, output)
        lives.append(false)
        if waits { try waitUntilReady() }
    }

    private mutating func waitUntilReady() throws {
        var watched = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        guard poll(&watched, 1, 10_000) == 1 else {
            signal(SIGKILL)
            throw ChaosError("\(name) is not ready after ten seconds")
        }
        var byte: UInt8 = 0
        guard read(output, &byte, 1) == 1 else { throw ChaosError("\(name) ended before it was ready") }
    }

    /// Signals it; a process that is killed is also buried.
    mutating func signal(_ signal: Int32) {
        guard isUp else { return }
        kill(pid, signal)
        guard signal == SIGKILL else { return }
        lives[lives.count - 1] = true
        waitpid(pid, nil, 0)
        forget()
    }

    /// Whether it has ended by itself, or as it was told.
    mutating func hasEnded() -> Bool {
        guard isUp else { return true }
        guard waitpid(pid, nil, WNOHANG) == pid else { return false }
        forget()
        return true
    }

    private mutating func forget() {
        close(input)
        close(output)
        pid = 0
    }

    /// Kilobytes of memory, and open descriptors; nil when it does not run.
    var size: (memory: Int, descriptors: Int)? {
        guard isUp, let file = fopen("/proc/\(pid)/statm", "r") else { return nil }
        defer { fclose(file) }
        var (all, resident) = (0, 0)
        guard
            withUnsafeMutablePointer(
                to: &all,
                { all in
                    withUnsafeMutablePointer(to: &resident) { resident in
                        withVaList([all, resident]) { vfscanf(file, "%ld %ld", $0) }
                    }
                }
            ) == 2
        else { return nil }
        guard let folder = opendir("/proc/\(pid)/fd") else { return nil }
        defer { closedir(folder) }
        var count = -2
        while readdir(folder) != nil { count += 1 }
        return (resident * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024, count)
    }
}

struct ChaosError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension ChaosProcess {
    /// Neither end is inherited by other children.
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw ChaosError("no pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// This program again. Swift's threads block nearly all signals, which a child would inherit.
    private static func spawn(_ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = arguments.map { strdup($0) }
        defer { for word in words { free(word) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words + [nil], environ)
        guard result == 0 else { throw ChaosError("cannot start \(arguments): \(String(cString: strerror(result)))") }
        return pid
    }
}
