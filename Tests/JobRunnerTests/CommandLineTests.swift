import ArgumentParser
import Testing

@testable import JobRunner

/// What the command line makes of its arguments, before anything is sent.
@Suite struct CommandLineTests {
    private func parse<Command: ParsableCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command {
        try #require(try JobRunnerCommand.parseAsRoot(arguments) as? Command)
    }

    @Test func runIsTheDefault() throws {
        #expect(try parse(Run.self, "job.json").job == "job.json")
        #expect(try parse(Run.self, "job.json", "--cancel-on-interrupt").cancelOnInterrupt)
    }

    @Test func aJobIsSteeredByItsID() throws {
        let cancel = try parse(Cancel.self, "cancel", "7", "--keep-effects", "--reason", "wrong order")
        #expect(cancel.job.jobID == "7")
        #expect(cancel.keepEffects)
        #expect(cancel.reason == "wrong order")
        #expect(try parse(Pause.self, "pause", "7", "--reason", "night").reason == "night")
        #expect(try parse(Resume.self, "resume", "7").reason == nil)
    }

    @Test func aReplayMayGoOnFromAStep() throws {
        let replay = try parse(Replay.self, "replay", "7", "--from", "ship", "--patch", "p.json", "--output", "json")
        #expect(replay.from == "ship")
        #expect(replay.patch == "p.json")
        #expect(replay.job.output == .json)
    }

    @Test func anUndoAsksUnlessToldOtherwise() throws {
        let plain = try parse(Undo.self, "undo", "7")
        #expect(!plain.yes && !plain.force && plain.to == nil)
        let full = try parse(Undo.self, "undo", "7", "--to", "1", "--force", "--yes")
        #expect(full.yes && full.force && full.to == "1")
    }

    @Test func theInboxIsListedUnlessAnItemIsSettled() throws {
        #expect(try parse(InboxList.self, "inbox").limit == 100)
        #expect(try parse(InboxRetry.self, "inbox", "retry", "7.0.1").item.id == "7.0.1")
        #expect(try parse(InboxDismiss.self, "inbox", "dismiss", "7.0.1", "--note", "gone").item.note == "gone")
    }

    @Test(arguments: [
        ["list", "--limit", "0"], ["list", "--limit", "1001"], ["history", "7", "--limit", "0"], ["cancel"],
        ["undo", "7", "--output", "xml"], ["inbox", "retry"], ["inbox", "--limit", "0"],
    ])
    func whatMakesNoSenseIsRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try JobRunnerCommand.parseAsRoot(arguments) }
    }

    @Test(arguments: [
        help(Run.self), help(Watch.self), help(StatusCommand.self), help(List.self), help(History.self),
        help(Explain.self), help(Cancel.self), help(Pause.self), help(Resume.self), help(Replay.self),
        help(Undo.self), help(InboxList.self), help(InboxRetry.self), help(InboxDismiss.self),
    ])
    func everySubcommandTellsHowToReachThePlatformAndHowToReadItsOutput(_ help: String) {
        #expect(help.contains("--bus"))
        #expect(help.contains("--gateway"))
        #expect(help.contains("json ("))
    }

    /// In lines that are long enough for any text of it.
    private static func help(_ command: (some ParsableCommand).Type) -> String { command.helpMessage(columns: 400) }
}
