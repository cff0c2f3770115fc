import ArgumentParser
import JobControl

/// Takes what a revert left as it is.
struct InboxDismiss: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dismiss",
        abstract: "Takes what a revert left as it is, for good."
    )

    @OptionGroup var item: InboxArguments

    func run() async throws { try await item.settle(.dismiss) }
}
