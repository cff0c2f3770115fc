import Bus

/// A process that is started again whenever it was killed, until it is told to end for good.
public actor RevivedProcess {
    /// How long it may take to end when it is asked to.
    private static let patience = Duration.seconds(10)

    public nonisolated let name: String
    private let warden: Warden
    private let command: @Sendable (_ life: Int) -> ScratchCommand
    private let up = OneTimeSignal()
    private let gone = OneTimeSignal()
    private var process: ScratchProcess?
    private var isEnding = false
    /// How often it was killed, by itself or by somebody else.
    public private(set) var deaths = 0

    /// - Parameter command: what a life runs; the first has the number 0.
    public init(_ name: String, under warden: Warden, command: @escaping @Sendable (_ life: Int) -> ScratchCommand) {
        self.name = name
        self.warden = warden
        self.command = command
    }

    /// Returns when its first life answers. One that ends before lets ``live()`` throw, and this wait.
    public nonisolated func whenUp() async throws { try await up.wait() }

    /// Lives until ``end()``.
    ///
    /// - Throws: ``ScratchError`` when it cannot be started, or ends without being killed.
    public func live() async throws {
        defer { gone.happen() }
        while !isEnding {
            let command = command(deaths)
            let process = try ScratchProcess(command, under: warden)
            self.process = process
            if try await process.whenReady() { up.happen() }
            let ending = try await process.whenEnded()
            self.process = nil
            if isEnding { return }
            guard ending == .killed else {
                throw ScratchError("\(name) ended by itself (\(ending)); its log is \(command.log)")
            }
            deaths += 1
        }
    }

    /// Asks it to end, and returns when it has; kills it when that takes too long.
    public func end() async throws {
        isEnding = true
        guard let process else { return }
        process.terminate()
        do {
            try await gone.wait(within: Self.patience, orThrow: BusError(.timedOut, "\(name) does not end"))
        } catch let error as BusError where error.code == .timedOut {
            process.kill()
        }
    }
}
