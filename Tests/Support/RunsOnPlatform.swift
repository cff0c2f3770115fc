package import Testing

/// Gives a suite one scratch platform with the example services, started before its first test and ended after its last.
package struct RunsOnPlatform: SuiteTrait, TestScoping {
    /// The platform of the suite that is running.
    @TaskLocal package static var platform: ScratchPlatform?

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        try await ScratchPlatform.with { platform, started in
            try #require(started.exitCode == 0, "\(started.error)")
            try await Self.$platform.withValue(platform) { try await function() }
        }
    }
}

extension Trait where Self == RunsOnPlatform {
    package static var runsOnPlatform: Self { Self() }
}
