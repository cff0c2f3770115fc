import Foundation
import JSON
import Support
import Testing

/// `platform top` against real brokers.
@Suite(.timeLimit(.minutes(2))) struct TopTests {
    @Test func onceShowsTheServicesOfTheRunningPlatform() async throws {
        try await ScratchPlatform.with("--no-examples") { platform, started in
            try #require(started.exitCode == 0, "\(started.error)")
            let json = try await platform.platform("top", "--once", "--workers", "--output", "json")
            #expect(json.exitCode == 0, "\(json.error)")
            let object = try JSONValue(parsing: json.output)
            #expect(object["brokers"]?.arrayValue?.map { $0["up"] } == [true])
            let services = try #require(object["services"]?.arrayValue)
            let state = try #require(services.first { $0["service"] == "shared-state" })
            #expect(state["workers"] == 1)
            #expect(state["credits"]?.intValue == 1024)
            #expect(state["requestsPerSecond"]?.doubleValue != nil)
            #expect(object["workers"]?.arrayValue?.contains { $0["service"] == "job-control" } == true)

            let text = try await platform.platform("top", "--once")
            #expect(text.exitCode == 0, "\(text.error)")
            #expect(text.output.contains("SERVICE"))
            #expect(text.output.contains("shared-state"))
            #expect(!text.output.contains("\u{1B}"), "no control characters in a pipe")
        }
    }

    @Test func whereNoBrokerAnswersItEndsWithThree() async throws {
        let platform = try ScratchPlatform(brokers: 2)
        let result = try await platform.platform("top", "--once")
        #expect(result.exitCode == 3)
        #expect(result.error.contains("no broker answers at \(platform.variables["PLATFORM_BUS"] ?? "")"))
    }

    @Test func settingsThatCannotBeUsedEndWithTwo() async throws {
        let result = try await ScratchPlatform().platform("top", "--once", "--bus", "tcp://127.0.0.1")
        #expect(result.exitCode == 2)
        #expect(result.error.contains("setting bus: not an endpoint"))
        let interval = try await ScratchPlatform().platform("top", "--once", "--interval", "0")
        #expect(interval.exitCode == 2)
        let key = try await ScratchPlatform().platform("top", "--once", "--key-file", "nowhere.key")
        #expect(key.exitCode == 2)
    }

    @Test func withTheBusOverIPCItAsksOnlyWhereEventsAreRead() async throws {
        let platform = try ScratchPlatform()
        let folder = FileManager.default.temporaryDirectory.appending(path: "top-\(UUID())").path
        let result = try await platform.platform(
            "top",
            "--once",
            "--bus",
            "ipc://\(folder)",
            "--events-subscribe",
            "ipc://\(folder)-events"
        )
        #expect(result.exitCode == 3, "\(result.error)")
    }
}
