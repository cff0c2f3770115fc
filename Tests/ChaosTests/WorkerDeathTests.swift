import Bus
import Foundation
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// What clients see when one of two engine processes is killed while both are busy.
@Suite(.timeLimit(.minutes(2))) struct WorkerDeathTests {
    private static let requests = 2_000

    @Test func killingOneOfTwoWorkersLosesNoRepeatableRequest() async throws {
        try await withTwoEngines { client, kill in
            let outcomes = await load(client, repeatable: true, killAfter: 400, kill)
            #expect(outcomes.allSatisfy { $0.status?.isSuccess == true }, "\(Self.summary(outcomes))")
            let list = try await client.request("person", "execute", body: Self.message("list"))
            #expect(try list.json()["result"]?.arrayValue?.count == Self.requests)
        }
    }

    @Test func killingOneOfTwoWorkersAnswersWhatMayNotBeRepeatedAtOnce() async throws {
        try await withTwoEngines { client, kill in
            let outcomes = await load(client, repeatable: false, killAfter: 400, kill)
            let failed = outcomes.filter { $0.status?.isSuccess != true }
            #expect(failed.allSatisfy { $0.error?.code == .workerLost }, "\(Self.summary(outcomes))")
            #expect(!failed.isEmpty, "the kill met no request")
            // A killed process closes its connection, which the broker sees at once. Nobody waited for the deadline (30 s).
            #expect(failed.allSatisfy { $0.duration < .seconds(10) }, "\(failed.map(\.duration).max() ?? .zero)")
        }
    }

    private struct Outcome: Sendable {
        var status: Status?
        var error: BusError?
        var duration: Duration
    }

    /// Sends creates, 64 at a time; `kill` is called when `killAfter` of them have been answered.
    private func load(
        _ client: BusClient,
        repeatable: Bool,
        killAfter: Int,
        _ kill: @escaping @Sendable () -> Void
    ) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self) { group in
            var outcomes: [Outcome] = []
            var next = 0
            while next < 64 {
                group.addTask { [next] in await Self.create(next, with: client, repeatable: repeatable) }
                next += 1
            }
            for await outcome in group {
                outcomes.append(outcome)
                if outcomes.count == killAfter { kill() }
                guard next < Self.requests else { continue }
                group.addTask { [next] in await Self.create(next, with: client, repeatable: repeatable) }
                next += 1
            }
            return outcomes
        }
    }

    private static func create(_ number: Int, with client: BusClient, repeatable: Bool) async -> Outcome {
        let start = ContinuousClock.now
        let requestID = RequestID()
        var body = JSONObject()
        body["command"] = "create"
        body["resource"] = "person"
        body["id"] = .string("person-\(number)")
        body["payload"] = ["givenName": "Ada", "familyName": "Lovelace"]
        body["requestId"] = .string(requestID.description)
        do {
            let reply = try await client.request(
                "person",
                "execute",
                body: JSONValue.object(body).serialized(),
                within: .seconds(30),
                repeatable: repeatable,
                requestID: requestID
            )
            return Outcome(status: reply.status, error: nil, duration: .now - start)
        } catch {
            return Outcome(status: nil, error: error, duration: .now - start)
        }
    }

    private static func message(_ command: String) -> [UInt8] {
        JSONValue.object(["command": .string(command), "resource": "person"]).serialized()
    }

    private static func summary(_ outcomes: [Outcome]) -> [String: Int] {
        Dictionary(grouping: outcomes) { $0.error?.description ?? "\($0.status ?? 0)" }.mapValues(\.count)
    }

    /// A broker and two engine processes that share a store; `kill` ends the first one without notice.
    private func withTwoEngines(
        _ body: (BusClient, _ kill: @escaping @Sendable () -> Void) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chaos-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ports = try FreePorts.take(3)
        let bus = "tcp://127.0.0.1:\(ports[0])"
        let environment = [
            "PLATFORM_BUS": bus,
            "PLATFORM_EVENTS_PUBLISH": "tcp://127.0.0.1:\(ports[1])",
            "PLATFORM_EVENTS_SUBSCRIBE": "tcp://127.0.0.1:\(ports[2])",
        ]
        let engine = [
            "engine-service", "--design", ScratchPlatform.example("person/design.json"),
            "--store", "sqlite:\(folder.path)/person.db",
        ]
        let broker = try await ChildProcess.platform(["broker"], environment: environment)
        defer { broker.terminate() }
        let first = try await ChildProcess.platform(engine, environment: environment)
        defer { first.kill() }
        let second = try await ChildProcess.platform(engine, environment: environment)
        defer { second.terminate() }
        try await withBusClient(connectedTo: try Endpoint(bus)) { client in
            try await body(client) { first.kill() }
        }
    }
}
