import Glibc

/// Lets one process at a time open and migrate a database.
///
/// SQLite does not wait for its busy timeout while a connection turns a new file into WAL mode, so two processes that
/// start together could fail each other. The lock is the kernel's: it ends with the process that holds it.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Waits until no other holder is left. The file at `path` is made when it is missing, and stays.
    init(path: String) throws(StorageError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StorageError(.cannotOpen, "Cannot open \(path): \(Self.reason()).")
        }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let reason = Self.reason()
                close(descriptor)
                throw StorageError(.cannotOpen, "Cannot lock \(path): \(reason).")
            }
        }
    }

    deinit {
        close(descriptor)
    }

    private static func reason() -> String {
        String(cString: strerror(errno))
    }
}
