import Foundation
import JSON
import Support
import Testing

/// What a newcomer does first, done by the scripts of the README.
@Suite(.timeLimit(.minutes(3)), .serialized) struct NewcomerTests {
    @Test(arguments: [[], ["--separate"]])
    func theSampleJobRunsAndItsFinalStateIsPrinted(_ options: [String]) async throws {
        let platform = try ScratchPlatform()
        let started = try await platform.script(
            "start-all.sh",
            ["--bin", ScratchPlatform.binaries.path, "--run", ScratchPlatform.example("sample-job.json")] + options
        )
        let stopped = try await platform.script("stop-all.sh", [])
        try? FileManager.default.removeItem(at: platform.data)

        #expect(started.exitCode == 0, "\(started.error)")
        let state = try JSONValue(parsing: started.output)
        #expect(state.description.contains("HELLO"), "\(started.output)")
        #expect(state.description.contains("T"), "\(started.output)")
        #expect(stopped.exitCode == 0, "\(stopped.error)")
    }

    @Test func startingTwiceOnTheSameDataIsRefused() async throws {
        try await ScratchPlatform.with("--no-examples") { platform, started in
            #expect(started.exitCode == 0, "\(started.error)")
            let again = try await platform.script("start-all.sh", ["--bin", ScratchPlatform.binaries.path])
            #expect(again.exitCode == 1)
            #expect(again.error.contains("is running already"))
        }
    }
}
