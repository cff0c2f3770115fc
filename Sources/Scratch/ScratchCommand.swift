/// What a scratch process runs.
public struct ScratchCommand: Sendable {
    /// What people know it by.
    public var name: String
    public var program: String
    public var arguments: [String]
    /// Beside the environment of this program.
    public var environment: [String: String]
    /// The file to which it may write what it likes; a later life goes on in the same.
    public var log: String
    /// Whether it writes a line to its standard output as soon as it answers. Others are ready at once.
    public var saysReady: Bool

    public init(
        _ name: String,
        program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String,
        saysReady: Bool = false
    ) {
        self.name = name
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.log = log
        self.saysReady = saysReady
    }

    /// A process of the platform: `platform`, which says when it is ready.
    public static func platform(
        _ name: String,
        at program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        log: String
    ) -> Self {
        Self(
            name,
            program: program,
            arguments + ["--ready-fd", "1"],
            environment: environment,
            log: log,
            saysReady: true
        )
    }
}
