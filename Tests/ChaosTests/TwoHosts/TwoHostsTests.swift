import Bus
import JSON
import Logging
import Support
import Testing
import ZeroMQ

/// A bus between two hosts, with keys.
@Suite(
    .enabled(if: TwoHosts.arePossible, "needs root and iproute2, to make network namespaces"),
    .timeLimit(.minutes(2))
) struct TwoHostsTests {
    private static let logger = Logger(label: "two-hosts") { _ in SwiftLogNoOpLogHandler() }

    @Test func aPartitionOfTenSecondsHealsAndAForeignKeyGetsNothing() async throws {
        let keys = try BusKeys()
        try await TwoHosts.with { hosts in
            try await withRunning { running in
                let near = Context()
                let far = Context()
                defer {
                    near.close()
                    far.close()
                }
                let bound = try await startBroker(keys, on: hosts.first, in: near, running)
                try await startWorker(keys, at: bound.bus, on: hosts.first, in: near, running)
                let publisher = EventPublisher(
                    endpoint: bound.publish[0],
                    context: near,
                    logger: Self.logger,
                    security: keys.client(keys.worker)
                )
                running.start(on: hosts.first) { try await publisher.run() }
                try await publisher.whenConnected

                let client = client(keys.client(keys.runner), of: bound, in: far)
                running.start(on: hosts.second) { try await client.run() }
                #expect(try await client.request("echo", "say", body: [1]).body == [1])
                let subscription = try await subscribe(keys.client(keys.runner), bound, hosts, far, running)

                try await foreignKeysGetNothing(keys, bound, hosts, running)
                try await Self.unplug(hosts, for: .seconds(10), while: client)

                // Nobody has done anything but to plug the cable in again.
                #expect(try await client.request("echo", "say", body: [2], within: .seconds(30)).body == [2])
                #expect(await subscription.first { _ in true } == .interrupted)
                publisher.publish([Event(topic: "job.1", sequence: 1, type: "t", source: "/test", data: .null)])
                #expect(await Self.firstTopic(of: subscription) == "job.1")
            }
        }
    }

    private static func unplug(_ hosts: TwoHosts, for duration: Duration, while client: BusClient) async throws {
        try hosts.unplug()
        let plugInAt = ContinuousClock.now + duration
        await #expect(throws: BusError.self) { try await client.request("echo", "say", within: .seconds(2)) }
        try await ContinuousClock().sleep(until: plugInAt)
        try hosts.plugIn()
    }

    private static func firstTopic(of subscription: EventSubscription) async -> String? {
        for await case .events(let events) in subscription { return events.first?.topic }
        return nil
    }

    // MARK: - Who takes part

    private func startBroker(
        _ keys: BusKeys,
        on host: NetworkHost,
        in context: Context,
        _ running: RunningTasks
    ) async throws -> Broker.BoundEndpoints {
        let any = Endpoint.tcp(anyPortOf: TwoHosts.addressOfFirst)
        var configuration = Broker.Configuration(endpoints: [any], publish: [any], subscribe: [any])
        configuration.security = BrokerSecurity(keys: keys.broker, access: AccessControl(try keys.rules()))
        let broker = Broker(configuration, context: context, logger: Self.logger)
        running.start(on: host) { try await broker.run() }
        return try await broker.boundEndpoints()
    }

    private func startWorker(
        _ keys: BusKeys,
        at endpoints: [Endpoint],
        on host: NetworkHost,
        in context: Context,
        _ running: RunningTasks
    ) async throws {
        var configuration = BusWorker.Configuration(service: "echo", endpoints: endpoints)
        configuration.security = keys.client(keys.worker)
        let worker = BusWorker(configuration, context: context, logger: Self.logger) { BusReply(body: $0.body) }
        running.start(on: host) { try await worker.run() }
        try await worker.whenReady
    }

    private func client(_ security: CurveClient?, of bound: Broker.BoundEndpoints, in context: Context) -> BusClient {
        var configuration = BusClient.Configuration(endpoints: bound.bus)
        configuration.security = security
        return BusClient(configuration, context: context, logger: Self.logger)
    }

    private func subscribe(
        _ security: CurveClient,
        _ bound: Broker.BoundEndpoints,
        _ hosts: TwoHosts,
        _ context: Context,
        _ running: RunningTasks
    ) async throws -> EventSubscription {
        let events = EventSubscriber(
            endpoint: bound.subscribe[0],
            context: context,
            logger: Self.logger,
            security: security
        )
        running.start(on: hosts.second) { try await events.run() }
        return try await events.subscribe(to: "job.")
    }

    /// A key that is not allowed, a wrong key of the broker, and none at all.
    private func foreignKeysGetNothing(
        _ keys: BusKeys,
        _ bound: Broker.BoundEndpoints,
        _ hosts: TwoHosts,
        _ running: RunningTasks
    ) async throws {
        let wrongBroker = CurveClient(serverKey: keys.stranger.publicKey, keys: keys.runner)
        for security in [keys.client(keys.stranger), wrongBroker, nil] {
            let context = Context()
            let client = client(security, of: bound, in: context)
            running.start(on: hosts.second) { try await client.run() }
            let error = await #expect(throws: BusError.self) {
                try await client.request("echo", "say", within: .seconds(1))
            }
            #expect(error?.code.mayHaveRun == false)
            context.close()
        }
    }
}

/// The keys of those who take part.
private struct BusKeys {
    let broker, worker, runner, stranger: CurveKeyPair

    init() throws {
        (broker, worker) = (try Curve.newKeyPair(), try Curve.newKeyPair())
        (runner, stranger) = (try Curve.newKeyPair(), try Curve.newKeyPair())
    }

    func client(_ keys: CurveKeyPair) -> CurveClient { CurveClient(serverKey: broker.publicKey, keys: keys) }

    func rules() throws -> AccessRules {
        var serving = AccessGrants()
        (serving.serve, serving.publish) = (["echo"], ["job."])
        var asking = AccessGrants()
        (asking.call, asking.read) = (["echo"], ["job."])
        return try AccessRules(keys: [
            AccessKey(name: "worker", publicKey: worker.publicKey, grants: serving),
            AccessKey(name: "runner", publicKey: runner.publicKey, grants: asking),
        ])
    }
}

/// What runs on the hosts until the end of a test.
private final class RunningTasks {
    private var tasks: [Task<Void, any Error>] = []

    func start(on host: NetworkHost, _ body: @escaping @Sendable () async throws -> Void) {
        tasks.append(Task(executorPreference: host, operation: body))
    }

    func end() async {
        for task in tasks { task.cancel() }
        for task in tasks { _ = await task.result }
    }
}

private func withRunning(_ body: (RunningTasks) async throws -> Void) async throws {
    let running = RunningTasks()
    do {
        try await body(running)
    } catch {
        await running.end()
        throw error
    }
    await running.end()
}
