import Configuration
import Foundation
import Testing

@testable import JobRunner

@Suite struct SettingsTests {
    /// A folder with a `.job-runner.json`, gone when the test has ended.
    private func withFolder(_ json: String, _ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(json.utf8).write(to: folder.appending(path: ".job-runner.json"))
        try await body(folder.path)
    }

    @Test func theDefaultsKeepTheStateAndUseTheLocalBus() async throws {
        let settings = try await Settings.load(flags: [:], environment: [:], directories: [])
        #expect(settings.bus == "tcp://127.0.0.1:5550")
        #expect(!settings.cleanup)
        #expect(settings.emit == nil)
    }

    @Test func flagsWinOverTheEnvironmentOverTheFile() async throws {
        try await withFolder(#"{ "bus": "tcp://file:1", "state": "file.json", "overwrite": true }"#) { folder in
            let settings = try await Settings.load(
                flags: ["bus": ConfigValue(.string("tcp://flag:1"), isSecret: false)],
                environment: ["JOB_RUNNER_BUS": "tcp://environment:1", "JOB_RUNNER_STATE": "environment.json"],
                directories: [folder]
            )
            #expect(settings.bus == "tcp://flag:1")
            #expect(settings.state == "environment.json")
            #expect(settings.overwrite)
        }
    }

    @Test func theFirstLayerThatNamesBusOrHTTPDecides() async throws {
        try await withFolder(#"{ "gateway": "http://file:8080/" }"#) { folder in
            let file = try await Settings.load(flags: [:], environment: [:], directories: [folder])
            #expect(file.http?.jobs == "http://file:8080")
            #expect(file.http?.state == "http://file:8080")
            let bus = try await Settings.load(
                flags: ["bus": ConfigValue(.string("tcp://flag:1"), isSecret: false)],
                environment: [:],
                directories: [folder]
            )
            #expect(bus.http == nil)
            let urls = try await Settings.load(
                flags: [:],
                environment: ["JOB_RUNNER_JOB_URL": "http://j:4700", "JOB_RUNNER_STATE_URL": "http://s:4500"],
                directories: [folder]
            )
            #expect(urls.http?.jobs == "http://j:4700")
            #expect(urls.http?.state == "http://s:4500")
        }
    }

    @Test(arguments: [
        ["gateway": "localhost:8080"], ["gateway": "ftp://h"], ["gateway": "http://"], ["jobURL": "http://h/?a=b"],
        ["stateURL": "http://h"],
    ])
    func aURLThatIsNoneIsRefused(_ flags: [String: String]) async throws {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, url) in flags { values[AbsoluteConfigKey([key])] = ConfigValue(.string(url), isSecret: false) }
        do {
            _ = try await Settings.load(flags: values, environment: [:], directories: [])
            Issue.record("it was taken")
        } catch let failure as RunnerFailure {
            #expect(failure.exitCode == RunnerExit.usage)
        }
    }

    @Test func theWorkingDirectorysFileWinsOverTheHomeDirectorys() async throws {
        try await withFolder(#"{ "bus": "tcp://here:1" }"#) { here in
            try await withFolder(#"{ "bus": "tcp://home:1", "state": "home.json" }"#) { home in
                let settings = try await Settings.load(flags: [:], environment: [:], directories: [here, home])
                #expect(settings.bus == "tcp://here:1")
                #expect(settings.state == "home.json")
            }
        }
    }

    @Test(arguments: [("true", Settings.Emit.standardOutput), (#""out.json""#, .file("out.json"))])
    func emitIsTrueOrAPath(_ json: String, _ expected: Settings.Emit) async throws {
        try await withFolder("{ \"emit\": \(json) }") { folder in
            let settings = try await Settings.load(flags: [:], environment: [:], directories: [folder])
            #expect(settings.emit == expected)
        }
    }

    @Test func aFileThatIsNotJSONIsNamed() async throws {
        try await withFolder("{") { folder in
            await #expect(throws: RunnerFailure.self) {
                try await Settings.load(flags: [:], environment: [:], directories: [folder])
            }
        }
    }

    @Test(arguments: [("true", Settings.Emit.standardOutput), ("out.json", .file("out.json"))])
    func emitFromTheEnvironmentIsAFlagBeforeItIsAPath(_ text: String, _ expected: Settings.Emit) async throws {
        let settings = try await Settings.load(flags: [:], environment: ["JOB_RUNNER_EMIT": text], directories: [])
        #expect(settings.emit == expected)
    }

    @Test func aFlagOfTheEnvironmentThatIsNoFlagIsRefused() async throws {
        let failure = await #expect(throws: RunnerFailure.self) {
            try await Settings.load(flags: [:], environment: ["JOB_RUNNER_DRY_RUN": "on"], directories: [])
        }
        #expect(failure?.description == "setting dryRun: expected true or false")
    }

    @Test(arguments: [
        (#"{ "dryRun": "true" }"#, "setting dryRun: expected true or false"),
        (#"{ "overwrite": "yes" }"#, "setting overwrite: expected true or false"),
        (#"{ "verbose": [true] }"#, "setting verbose: expected true or false"),
        (#"{ "keep": "no" }"#, "setting keep: expected true or false"),
        (#"{ "bus": 5550 }"#, "setting bus: expected text"),
        (#"{ "events": 5552 }"#, "setting events: expected text"),
        (#"{ "state": false }"#, "setting state: expected text"),
        (#"{ "emit": ["out.json"] }"#, "setting emit: expected true, false or a path"),
    ])
    func aValueOfTheWrongKindIsRefused(_ json: String, _ sentence: String) async throws {
        try await withFolder(json) { folder in
            let failure = await #expect(throws: RunnerFailure.self) {
                try await Settings.load(flags: [:], environment: [:], directories: [folder])
            }
            #expect(failure?.exitCode == RunnerExit.usage)
            #expect(failure?.description == sentence)
        }
    }

    @Test(arguments: [
        (["JOB_RUNNER_CLEANUP": "true"], #"{ "keep": true }"#, true),
        (["JOB_RUNNER_KEEP": "true"], #"{ "cleanup": true }"#, false),
        (["JOB_RUNNER_CLEANUP": "false"], #"{ "cleanup": true }"#, false),
        ([:], #"{ "cleanup": true, "keep": true }"#, false),
        ([:], #"{ "cleanup": true, "keep": false }"#, true),
    ])
    func theFirstLayerWithCleanupOrKeepDecides(
        _ environment: [String: String],
        _ json: String,
        _ isDeleted: Bool
    ) async throws {
        try await withFolder(json) { folder in
            let settings = try await Settings.load(flags: [:], environment: environment, directories: [folder])
            #expect(settings.cleanup == isDeleted)
        }
    }
}
