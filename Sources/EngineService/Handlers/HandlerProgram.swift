import FoundationEssentials
import Subprocess
import SystemPackage

/// What is started for a command, and from where.
struct HandlerProgram: Sendable {
    /// How long a process that was told to end may take.
    static let patience: Duration = .seconds(5)

    let command: String
    let timeout: Duration
    private let exec: [String]
    private let folder: FilePath

    /// - Parameter folder: the design's; where it is relative, seen from the working directory of now.
    init(_ command: String, _ handler: DesignHandler, folder: String) {
        self.command = command
        exec = handler.exec
        timeout = handler.timeout
        self.folder = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(folder))
    }

    /// The program's file; nil when it is a name that is looked for in `PATH`.
    private var file: FilePath? {
        guard let name = exec.first, name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        return folder.pushing(FilePath(name)).lexicallyNormalized()
    }

    /// The program's file where it cannot be executed; nil when all is right.
    var missingFile: String? {
        guard let file = file?.string, !FileManager.default.isExecutableFile(atPath: file) else { return nil }
        return file
    }

    /// In a session of its own: what the handler starts is ended with it, and a key press in the engine's terminal does
    /// not end it before the requests in hand have.
    var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        return Configuration(
            executable: file.map { .path($0) } ?? .name(exec.first ?? ""),
            arguments: Arguments(Array(exec.dropFirst())),
            workingDirectory: folder,
            platformOptions: options
        )
    }
}
