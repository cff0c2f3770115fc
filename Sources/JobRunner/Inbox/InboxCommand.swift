import ArgumentParser

/// What reverts left behind, and a person must settle.
struct InboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "Lists the reverts that were refused for good, and settles them.",
        discussion: """
            A job with such reverts is `revert-incomplete`. `inbox retry` sends one again, when what stood in its way is \
            gone; `inbox dismiss` takes what is left as it is. When its last item is settled the job gets the status it \
            would have had.
            """,
        subcommands: [InboxList.self, InboxRetry.self, InboxDismiss.self],
        defaultSubcommand: InboxList.self
    )
}
