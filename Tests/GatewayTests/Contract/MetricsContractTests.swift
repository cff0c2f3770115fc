import AsyncHTTPClient
import Bus
import Logging
import NIOHTTP1
import Testing
import ZeroMQ

@testable import Gateway

/// Section 7 of the contract: what Prometheus scrapes.
@Suite(.timeLimit(.minutes(1))) struct MetricsContractTests {
    @Test func aScrapeIsTextThatPrometheusReads() async throws {
        try await withPlatform { platform in
            let answer = try await platform.api.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let scraped = try ScrapedMetrics(answer.text)
            #expect(scraped.value("platform_broker_up", ["broker": "bus"]) == 1)
            #expect(scraped.value("platform_client_requests_sent_total").map { $0 > 0 } == true)
            #expect(scraped.value("process_resident_memory_bytes").map { $0 > 0 } == true)
            // This scrape is the one request that is not answered yet.
            #expect(scraped.value("platform_gateway_requests_in_flight") == 1)
            #expect(Set(scraped.kinds.keys) == Set(scraped.helps.keys))
            for (family, kind) in scraped.kinds { #expect((kind == "counter") == family.hasSuffix("_total")) }
        }
    }

    @Test func requestsAreCountedByRouteAndNeverByPath() async throws {
        try await withPlatform { platform in
            for id in ["a", "b"] { _ = try await platform.api.get("/state/\(id)") }
            _ = try await platform.api.get("/nowhere/\(UInt64.random(in: 0 ... .max))")
            _ = try await platform.api.send(.PROPFIND, "/find")
            let scraped = try ScrapedMetrics(try await platform.api.get("/metrics").text)
            let requests = "platform_gateway_requests_total"
            #expect(scraped.value(requests, ["route": "/state/{id}", "method": "GET", "status": "404"]) == 2)
            #expect(scraped.value(requests, ["route": "none", "status": "404"]) == 1)
            #expect(scraped.value(requests, ["route": "/find", "method": "other", "status": "405"]) == 1)
            let duration = "platform_gateway_request_duration_seconds"
            #expect(scraped.value("\(duration)_count", ["route": "/state/{id}"]) == 2)
            #expect(scraped.value("\(duration)_bucket", ["route": "/state/{id}", "le": "+Inf"]) == 2)
            #expect(scraped.value("\(duration)_sum", ["route": "/state/{id}"]).map { $0 > 0 } == true)
        }
    }

    @Test func aBrokerThatDoesNotAnswerIsDownAndTheRestIsStillTold() async throws {
        try await withPlatform { platform in
            let nobody = BusClient(
                .init(endpoint: .inproc("nobody")),
                context: platform.context,
                logger: platform.logger
            )
            var configuration = GatewayConfiguration()
            configuration.port = 0
            configuration.servicePorts = [:]
            let gateway = GatewayServer(
                configuration,
                client: platform.client,
                directory: platform.directory,
                brokers: [
                    BrokerProbe(name: "inproc://bus", client: platform.client),
                    BrokerProbe(name: "inproc://nobody", client: nobody),
                ],
                logger: platform.logger
            )
            try await running([gateway]) {
                let api = TestAPI(
                    http: platform.http,
                    baseURL: "http://127.0.0.1:\(try await gateway.boundPorts().main)"
                )
                let scraped = try ScrapedMetrics(try await api.get("/metrics").text)
                #expect(scraped.value("platform_broker_up", ["broker": "inproc://bus"]) == 1)
                #expect(scraped.value("platform_broker_up", ["broker": "inproc://nobody"]) == 0)
            }
        }
    }
}
