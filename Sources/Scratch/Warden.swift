import Glibc
import Synchronization

/// Sees to it that no scratch process outlives the program that started it, however that one ends.
///
/// It is a shell that heads their process group and reads from a pipe that only this program holds: the end of the
/// program, also by SIGKILL, is the end of the pipe, and then it kills the group.
public final class Warden: Sendable {
    let group: pid_t
    private let pipe: Mutex<Int32?>

    public init() throws {
        let (reading, writing) = try Spawn.pipe()
        let nowhere = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer {
            close(reading)
            close(nowhere)
        }
        do {
            group = try Spawn.start(
                "/bin/sh",
                ["-c", "trap '' HUP INT QUIT TERM; read -r line; kill -KILL 0"],
                environment: ["PATH": "/usr/bin:/bin"],
                group: 0,
                descriptors: [reading, nowhere, nowhere]
            )
        } catch {
            close(writing)
            throw error
        }
        pipe = Mutex(writing)
    }

    deinit { end() }

    /// Kills all that was started under it.
    public func end() {
        let open = pipe.withLock { $0.take() }
        guard let open else { return }
        close(open)
        waitpid(group, nil, 0)
    }
}
