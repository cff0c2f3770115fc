import Bus
import Discovery
import Gateway
import JSON
import Support
import Testing

/// What the way out says of a service that it did not call.
@Suite(.timeLimit(.minutes(1))) struct HTTPServiceProxyTests {
    private func ask(
        _ operation: String,
        _ annotations: Annotations,
        over client: BusClient
    ) async throws -> (status: Status, problem: Problem) {
        let service = HTTPServiceProxy.service
        let reply = try await client.request(service, operation, annotations: annotations, within: .seconds(5))
        return (reply.status, try #require(Problem(parsing: reply.body, status: reply.status)))
    }

    @Test func whileTheRegistryIsNotKnownNobodyIsMissing() async throws {
        try await withTestBus { bus in
            let client = bus.client()
            let directory = Directory(client: client, events: bus.subscriber(), logger: bus.logger)
            let proxy = HTTPServiceProxy(
                .init(endpoint: bus.endpoint),
                directory: directory,
                context: bus.context,
                logger: bus.logger
            )
            bus.run(proxy)
            try await proxy.whenReady
            let (status, problem) = try await ask("execute", [Annotations.id: "a"], over: client)
            #expect(status == .serviceUnavailable)
            #expect(problem.wasNotSent)
        }
    }

    @Test func anUnknownServiceWasNotCalled() async throws {
        try await withPlatform { platform in
            while await platform.directory.entries().isEmpty { await Task.yield() }
            let (status, problem) = try await ask("execute", [Annotations.id: "nobody"], over: platform.client)
            #expect(status == .notFound)
            #expect(problem.wasNotSent)
        }
    }

    @Test func aPingThatHasTooLittleTimeLeftIsNotTried() async throws {
        try await HTTPService.run(["GET /ping": { _ in HTTPService.json([:]) }]) { service, url in
            try await withPlatform { platform in
                let registration = Registration(serviceName: "plain", serviceURL: url)
                let id = try await DiscoveryClient(platform.client).register(registration)
                let late: Annotations = [Annotations.id: id, Annotations.pingTimeout: "60000"]
                let (status, problem) = try await ask("ping", late, over: platform.client)
                #expect(status == .serviceUnavailable)
                #expect(problem.wasNotSent)
                #expect(service.seen.isEmpty)
                let timely: Annotations = [Annotations.id: id, Annotations.pingTimeout: "1000"]
                let reply = try await platform.client.request(
                    HTTPServiceProxy.service,
                    "ping",
                    annotations: timely,
                    within: .seconds(30)
                )
                #expect(reply.status == .ok)
            }
        }
    }
}
