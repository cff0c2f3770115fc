import Configuration
import Discovery
import Foundation
import Gateway
import JobControl
import SystemPackage
import Testing
import ZeroMQ

@testable import Platform

@Suite struct PlatformConfigurationTests {
    private func configuration(
        parts: Set<PlatformConfiguration.Part> = Set(PlatformConfiguration.Part.allCases),
        _ environment: [String: String] = [:]
    ) throws -> PlatformConfiguration {
        try PlatformConfiguration(parts: parts, reading: reader(environment))
    }

    private func reader(_ environment: [String: String]) -> ConfigReader {
        ConfigReader(
            provider: EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "platform")
        )
    }

    /// A reader of a file with this JSON, gone when the body has ended.
    private func withFile<Value>(_ json: String, _ body: (ConfigReader) throws -> Value) async throws -> Value {
        let file = FileManager.default.temporaryDirectory.appending(path: "platform-\(UUID()).json")
        try Data(json.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try body(ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(file.path))))
    }

    /// The sentence with which a start is refused.
    private func refusal(_ read: () throws -> Void) throws -> String {
        try #require(#expect(throws: ConfigurationError.self, performing: read)).description
    }

    @Test func withoutSettingsEverythingIsAtItsDefault() throws {
        let configuration = try configuration()
        #expect(configuration.bus == [.tcp("127.0.0.1", port: 5550)])
        #expect(configuration.eventsPublish == [.tcp("127.0.0.1", port: 5551)])
        #expect(configuration.eventsSubscribe == [.tcp("127.0.0.1", port: 5552)])
        #expect(configuration.store == "sqlite:platform.db")
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.httpPort == 8080)
        #expect(configuration.gateway.servicePorts == ["discovery": 4000, "shared-state": 4500, "job-control": 4700])
        #expect(configuration.enginePorts == [:])
        #expect(configuration.trustedProxies == [])
        #expect(configuration.maximumBody == 8_388_608)
        #expect(configuration.stateHistoryLimit == 10_000)
        #expect(configuration.stateHistoryDays == 30)
        #expect(configuration.pingInterval == .seconds(30))
        #expect(configuration.pingTimeout == .seconds(5))
        #expect(configuration.pingFailures == 3)
        #expect(configuration.jobs.runningLimit == 1_024)
        #expect(configuration.jobs.waitingLimit == 10_000)
        #expect(configuration.jobs.tasksPerService == 1_024)
        #expect(configuration.jobs.retentionAge == .seconds(30 * 86_400))
        #expect(configuration.jobs.retentionCount == 1_000_000)
    }

    @Test func everyKeyIsReadFromTheEnvironment() throws {
        let configuration = try configuration([
            "PLATFORM_BUS": "tcp://127.0.0.1:7000", "PLATFORM_STORE": "memory", "PLATFORM_HOST": "127.0.0.2",
            "PLATFORM_HTTP_PORT": "0", "PLATFORM_DISCOVERY_PORT": "1", "PLATFORM_STATE_PORT": "2",
            "PLATFORM_JOB_PORT": "3", "PLATFORM_ENGINE_PORTS": "4600=person", "PLATFORM_TRUSTED_PROXIES": "::1",
            "PLATFORM_MAXIMUM_BODY": "1024", "PLATFORM_PING_INTERVAL_MS": "100", "PLATFORM_PING_TIMEOUT_MS": "50",
            "PLATFORM_PING_FAILURES": "9", "PLATFORM_JOBS_AT_ONCE": "7", "PLATFORM_JOBS_WAITING": "8",
            "PLATFORM_TASKS_PER_SERVICE": "6", "PLATFORM_JOB_RETENTION_DAYS": "2", "PLATFORM_JOB_RETENTION_COUNT": "0",
            "PLATFORM_STATE_HISTORY_LIMIT": "7", "PLATFORM_STATE_HISTORY_DAYS": "1",
        ])
        #expect(configuration.bus == [.tcp("127.0.0.1", port: 7000)])
        #expect(configuration.store == "memory")
        #expect(configuration.gateway.host == "127.0.0.2")
        #expect(configuration.gateway.port == 0)
        #expect(configuration.gateway.servicePorts == ["discovery": 1, "shared-state": 2, "job-control": 3])
        #expect(configuration.gateway.enginePorts == [4600: "person"])
        #expect(configuration.gateway.trustedProxies == [AddressRange("::1")])
        #expect(configuration.gateway.bodyLimit == 1024)
        #expect(configuration.stateHistoryLimit == 7)
        #expect(configuration.stateHistoryDays == 1)
        let liveness = configuration.discovery(at: configuration.bus).liveness
        #expect(liveness.pingInterval == .milliseconds(100))
        #expect(liveness.pingTimeout == .milliseconds(50))
        #expect(liveness.pingFailures == 9)
        #expect(configuration.jobs.runningLimit == 7)
        #expect(configuration.jobs.waitingLimit == 8)
        #expect(configuration.jobs.tasksPerService == 6)
        #expect(configuration.jobs.retentionAge == .seconds(2 * 86_400))
        #expect(configuration.jobs.retentionCount == nil)
    }

    @Test func eventsAreBesideTheBusUnlessTheyAreSaid() throws {
        let beside = try configuration(["PLATFORM_BUS": "tcp://127.0.0.1:7000"])
        #expect(beside.eventsPublish == [.tcp("127.0.0.1", port: 7001)])
        #expect(beside.eventsSubscribe == [.tcp("127.0.0.1", port: 7002)])
        let said = try configuration([
            "PLATFORM_BUS": "tcp://127.0.0.1:7000", "PLATFORM_EVENTS_SUBSCRIBE": "tcp://127.0.0.1:9",
        ])
        #expect(said.eventsPublish == [.tcp("127.0.0.1", port: 7001)])
        #expect(said.eventsSubscribe == [.tcp("127.0.0.1", port: 9)])
    }

    @Test func aProcessWithoutABrokerConnectsToSeveral() throws {
        let configuration = try configuration(
            parts: [.jobControl],
            ["PLATFORM_BUS": "tcp://127.0.0.1:7000, tcp://[::1]:8000"]
        )
        #expect(configuration.bus == [.tcp("127.0.0.1", port: 7000), .tcp("::1", port: 8000)])
        #expect(configuration.eventsPublish == [.tcp("127.0.0.1", port: 7001), .tcp("::1", port: 8001)])
        #expect(configuration.eventsSubscribe == [.tcp("127.0.0.1", port: 7002), .tcp("::1", port: 8002)])
        let endpoints = NodeEndpoints(configuration)
        #expect(endpoints.bus == configuration.bus)
        #expect(endpoints.subscribe == configuration.eventsSubscribe)
    }

    @Test func aProcessWithABrokerBindsOneEndpoint() throws {
        let refused = try refusal { _ = try configuration(["PLATFORM_BUS": "tcp://127.0.0.1:1,tcp://127.0.0.1:5"]) }
        #expect(
            refused
                == "setting bus: a process with a broker binds one endpoint, not 2: tcp://127.0.0.1:1,tcp://127.0.0.1:5"
        )
    }

    @Test func whoRunsNoPartNeedsNotSayWhereEventsArePublished() throws {
        let settings = ["PLATFORM_BUS": "ipc:///bus", "PLATFORM_EVENTS_SUBSCRIBE": "ipc:///events"]
        #expect(try configuration(parts: [], settings).eventsSubscribe.map(\.description) == ["ipc:///events"])
        #expect(throws: ConfigurationError.self) { try configuration(parts: [.gateway], settings) }
    }

    @Test(arguments: [
        (["BUS": "tcp://a:1,"], "bus: not an endpoint: \"tcp://a:1,\": number 2 of the list is empty"),
        (
            ["BUS": "tcp://a:1,tcp://b:1", "EVENTS_PUBLISH": "tcp://a:2"],
            "eventsPublish: names 1 brokers, but the bus has 2: tcp://a:1,tcp://b:1"
        ),
        (["BUS": "ipc:///bus"], "eventsPublish: must be said where the bus is ipc:///bus, no tcp://HOST:PORT"),
    ])
    func aListThatDoesNotFitIsRefused(_ settings: [String: String], _ sentence: String) throws {
        let environment = Dictionary(uniqueKeysWithValues: settings.map { ("PLATFORM_\($0.key)", $0.value) })
        let refused = try refusal { _ = try configuration(parts: [.gateway], environment) }
        #expect(refused == "setting " + sentence)
    }

    @Test(arguments: [
        ("HTTP_PORT", "65536", "setting httpPort: 65536 is not between 0 and 65535"),
        ("JOB_PORT", "-1", "setting jobPort: -1 is not between 0 and 65535"),
        ("MAXIMUM_BODY", "0", "setting maximumBody: 0 is not between 1 and 67108864"),
        ("STATE_HISTORY_DAYS", "0", "setting stateHistoryDays: 0 is not between 1 and 36500"),
        ("PING_INTERVAL_MS", "0", "setting pingIntervalMs: 0 is not between 1 and 86400000"),
        ("PING_FAILURES", "1001", "setting pingFailures: 1001 is not between 1 and 1000"),
        ("HTTP_PORT", "http", "setting httpPort: expected a whole number, not the text 'http'"),
        ("ENGINE_PORTS", "4600", "setting enginePorts: '4600' is not PORT=SERVICE"),
        ("ENGINE_PORTS", "4600=a,4600=b", "setting enginePorts: port 4600 is given twice"),
        ("TRUSTED_PROXIES", "::1,proxy", "setting trustedProxies: 'proxy' is neither an address nor a CIDR range"),
        (
            "TRUSTED_PROXIES", "10.0.0.0/33",
            "setting trustedProxies: '10.0.0.0/33' is neither an address nor a CIDR range"
        ),
    ])
    func anUnusableValueIsRefusedByItsName(_ variable: String, _ value: String, _ sentence: String) throws {
        #expect(try refusal { _ = try configuration(["PLATFORM_\(variable)": value]) } == sentence)
    }

    @Test(arguments: [
        (#"{ "bus": 5550 }"#, "setting bus: expected text"),
        (#"{ "store": true }"#, "setting store: expected text"),
        (#"{ "trustedProxies": ["::1"] }"#, "setting trustedProxies: expected text"),
        (#"{ "httpPort": 80.5 }"#, "setting httpPort: expected a whole number"),
        (#"{ "httpPort": [80] }"#, "setting httpPort: expected a whole number"),
        (#"{ "httpPort": "8080" }"#, "setting httpPort: expected a whole number, not the text '8080'"),
    ])
    func aValueOfTheWrongKindIsRefused(_ json: String, _ sentence: String) async throws {
        let refused = try await withFile(json) { file in
            try refusal { _ = try PlatformConfiguration(parts: [.broker], reading: file) }
        }
        #expect(refused == sentence)
    }

    @Test func aFileSaysNumbersAsNumbers() async throws {
        let configuration = try await withFile(#"{ "httpPort": 81, "pingFailures": 2, "store": null }"#) { file in
            try PlatformConfiguration(parts: [.gateway], reading: file)
        }
        #expect(configuration.httpPort == 81)
        #expect(configuration.pingFailures == 2)
        #expect(configuration.store == "sqlite:platform.db")
    }

    @Test(arguments: [
        ("BUS", "tcp://0.0.0.0:5550", "bus"),
        ("EVENTS_PUBLISH", "tcp://192.0.2.1:5551", "eventsPublish"),
        ("EVENTS_SUBSCRIBE", "tcp://*:5552", "eventsSubscribe"),
        ("HOST", "0.0.0.0", "host"),
    ])
    func anAddressOpenToANetworkIsRefused(_ variable: String, _ value: String, _ key: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try configuration(["PLATFORM_\(variable)": value]) }
        #expect(error?.key == key)
        #expect(error?.reason.hasPrefix(value + " is not a loopback address") == true)
    }

    @Test func aPartThatOnlyConnectsMayDoSoAcrossANetwork() throws {
        let configuration = try configuration(parts: [.jobControl], ["PLATFORM_BUS": "tcp://192.0.2.1:5550"])
        #expect(configuration.bus == [.tcp("192.0.2.1", port: 5550)])
        #expect(configuration.eventsSubscribe == [.tcp("192.0.2.1", port: 5552)])
    }

    @Test func enginePortsAndProxiesAreLists() throws {
        let configuration = try configuration([
            "PLATFORM_ENGINE_PORTS": "4600=person,4601=todo", "PLATFORM_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8",
        ])
        #expect(configuration.enginePorts == [4600: "person", 4601: "todo"])
        #expect(configuration.trustedProxies == [AddressRange("127.0.0.1"), AddressRange("10.0.0.0/8")])
    }

    @Test func anEngineReadsItsOwnKeys() async throws {
        let engine = try EngineConfiguration(
            design: "d.json",
            reading: reader([
                "PLATFORM_STORE": "memory", "PLATFORM_CREDITS": "7", "PLATFORM_BUS": "tcp://a:1,tcp://b:1",
            ])
        )
        #expect(engine.bus == [.tcp("a", port: 1), .tcp("b", port: 1)])
        #expect(engine.store == "memory")
        #expect(engine.credits == 7)
        let refused = try await withFile(#"{ "store": 1 }"#) { file in
            try refusal { _ = try EngineConfiguration(design: "d.json", reading: file) }
        }
        #expect(refused == "setting store: expected text")
    }
}
