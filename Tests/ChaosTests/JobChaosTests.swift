import Foundation
import Support
import Testing

/// Jobs over processes that are killed, for a short time; `scripts/crash-test.sh` does it for longer.
@Suite(.serialized, .timeLimit(.minutes(5))) struct JobChaosTests {
    /// `CRASH_SECONDS` and `CRASH_SEED` choose another time than fifteen seconds and others than those of seed 4.
    @Test func everyAcceptedJobHasAllOfItsEffectsOrNoneWhoeverIsKilled() async throws {
        let environment = ProcessInfo.processInfo.environment
        let arguments = [
            "--seconds", environment["CRASH_SECONDS"] ?? "15", "--seed", environment["CRASH_SEED"] ?? "4",
        ]
        let (lines, exitCode) = try await ChaosProgram.run("chaos-jobs", arguments)
        print(lines.last ?? "")
        #expect(exitCode == 0, "\(lines.joined(separator: "\n"))")
        let last = try #require(lines.last)
        let counts = try #require(try #/kills=(\d+) jobs=(\d+) violations=0 seed=\d+/#.wholeMatch(in: last), "\(last)")
        #expect(Int(counts.1) ?? 0 > 0, "nobody was killed")
        #expect(Int(counts.2) ?? 0 > 0, "no job was run")
    }
}
