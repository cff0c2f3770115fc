import ArgumentParser
import JobControl

/// Sends a revert again.
struct InboxRetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Sends a revert again; `job-runner watch <jobId>` shows how it ends."
    )

    @OptionGroup var item: InboxArguments

    func run() async throws { try await item.settle(.retry) }
}
