import Bus
import Foundation
import Glibc
import Logging
import ServiceLifecycle
import ZeroMQ

/// Puts an access file in force whenever it changes.
///
/// The kernel tells (inotify) of changes in its directory, so a file that is replaced by a rename, or through a
/// symbolic link, is noticed like one that is written. A version with a fault is logged, and the one before it stays.
struct AccessFileWatcher: Service {
    private let path: String
    private let access: AccessControl
    private let logger: Logger

    /// - Parameter access: has the rules of the file as it was a moment ago.
    init(_ path: String, for access: AccessControl, logger: Logger) {
        self.path = path
        self.access = access
        self.logger = logger
    }

    func run() async throws {
        let waker = try Waker()
        let changes = try DirectoryChanges(of: (path as NSString).deletingLastPathComponent)
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await onSocketThread(named: "access-file") { [self] in
                var poller = Poller()
                poller.add(waker)
                poller.add(descriptor: changes.descriptor)
                // It may have changed before the kernel was asked.
                load()
                while !waker.reset() {
                    try poller.wait()
                    if changes.take() { load() }
                }
            }
        } onCancelOrGracefulShutdown: {
            waker.wake()
        }
    }

    private func load() {
        do {
            let text = try AccessFile.text(of: path)
            // An editor that does not rename empties it first: nobody must lose all rights for that moment.
            guard !text.isEmpty else { throw AccessFileError(path: path, reason: "it is empty; 'keys: {}' is nobody") }
            let rules = try AccessFile.rules(in: text, path: path)
            guard rules != access.rules else { return }
            access.replace(with: rules)
            logger.notice("access rules replaced", metadata: ["file": "\(path)", "keys": "\(rules.keys.count)"])
        } catch {
            logger.error("access file refused, the rules before stay in force", metadata: ["error": "\(error)"])
        }
    }
}

/// Tells of changes in one directory.
private final class DirectoryChanges: Sendable {
    let descriptor: Int32

    init(of directory: String) throws {
        descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO)
        let path = directory.isEmpty ? "." : directory
        guard descriptor >= 0, inotify_add_watch(descriptor, path, mask) >= 0 else {
            let reason = "cannot watch \(path): \(String(cString: strerror(errno)))"
            if descriptor >= 0 { close(descriptor) }
            throw ConfigurationError(key: "accessFile", reason: reason)
        }
    }

    deinit { close(descriptor) }

    /// Takes in what has happened; false when it was nothing.
    func take() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4096)
        var hasChanged = false
        while read(descriptor, &bytes, bytes.count) > 0 { hasChanged = true }
        return hasChanged
    }
}
