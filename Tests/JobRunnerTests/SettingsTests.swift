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
}
