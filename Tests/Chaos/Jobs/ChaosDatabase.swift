import Glibc
import Scratch
import Synchronization

/// The database of a crash test: a SQLite file, or a PostgreSQL server of its own that is stopped hard.
final class ChaosDatabase: Sendable {
    enum Kind: String, Sendable {
        case sqlite, postgres
    }

    /// How long after it came back a process may still end for want of it.
    private static let aftermath = Duration.seconds(5)

    let kind: Kind
    private let folder: String
    private let script: String
    private let warden: Warden
    /// When it came back the last time; nil while it is away.
    private let back = Mutex<ContinuousClock.Instant?>(.now - .seconds(60))

    init(_ kind: Kind, folder: String, root: String, under warden: Warden) {
        self.kind = kind
        self.folder = folder
        self.warden = warden
        script = root + "/scripts/postgres.sh"
    }

    /// Whether it is away, or was a moment ago.
    var isShaken: Bool {
        back.withLock { back in
            guard let back else { return true }
            return .now - back < Self.aftermath
        }
    }

    func start() async throws {
        guard kind == .postgres else { return }
        // The server runs as another user when this program is root, and must come to its folder.
        chmod(folder, 0o711)
        try await run("start", server)
    }

    /// Stops it as a power cut would, and starts it again at once.
    func strike() async throws {
        back.withLock { $0 = nil }
        try await run("stop", server, "immediate")
        try await run("start", server)
        back.withLock { $0 = .now }
    }

    func stop() async throws {
        if kind == .postgres { try await run("stop", server, "immediate") }
    }

    /// What `--store` is told.
    ///
    /// - Parameter name: of the file, where each has one of its own.
    func url(_ name: String) -> String {
        switch kind {
        case .sqlite: "sqlite:\(folder)/\(name).db"
        case .postgres: "postgres://postgres@\(server.split(separator: "/").map { "%2F" + $0 }.joined())/postgres"
        }
    }

    private var server: String { folder + "/postgres" }

    private func run(_ arguments: String...) async throws {
        let log = "\(folder)/postgres.log"
        let command = ScratchCommand("postgres", program: script, arguments, log: log)
        let ending = try await ScratchProcess(command, under: warden).whenEnded()
        guard ending == .exited(0) else {
            throw ScratchError("postgres.sh \(arguments.joined(separator: " ")): \(ending); its log is \(log)")
        }
    }
}
