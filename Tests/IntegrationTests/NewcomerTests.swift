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
        #expect(state["upper"] == "HELLO, COMPOSABLE SERVICES")
        let finished = try #require(state["times"]?["finished"]?.stringValue)
        #expect(finished.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(finished)")
        #expect(stopped.exitCode == 0, "\(stopped.error)")
    }

    @Test func aPlatformThatIsStartedAgainRunsTheJobAtOnce() async throws {
        let platform = try ScratchPlatform()
        let arguments = ["--bin", ScratchPlatform.binaries.path, "--run", ScratchPlatform.example("sample-job.json")]
        var exitCodes: [Int32] = []
        for _ in 0..<2 {
            exitCodes.append(try await platform.script("start-all.sh", arguments).exitCode)
            exitCodes.append(try await platform.script("stop-all.sh", []).exitCode)
        }
        try? FileManager.default.removeItem(at: platform.data)
        #expect(exitCodes == [0, 0, 0, 0])
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
