import Bus
import JSON
import Testing

@testable import Gateway

@Suite struct ExpositionTests {
    @Test func aFamilyIsItsMeaningItsKindAndItsSamples() {
        var exposition = Exposition()
        exposition.begin("things_total", .counter, "Things that were.\nAll of them.")
        exposition.add(3, ["kind": "a\"b\\c\nd", "x": "y"])
        exposition.add(0.25)
        #expect(
            exposition.text == """
                # HELP things_total Things that were.\\nAll of them.
                # TYPE things_total counter
                things_total{kind="a\\"b\\\\c\\nd",x="y"} 3
                things_total 0.25

                """
        )
    }

    @Test(arguments: [(Double.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (0.005, "0.005"), (1e9, "1e+09")])
    func numbersAreThoseOfGo(_ value: Double, _ text: String) {
        let written = Exposition.number(value)
        #expect(written == text || Double(written) == value)
    }

    @Test func aHistogramCountsUpToEachBound() {
        var histogram = Histogram()
        for seconds in [0.0001, 0.0005, 0.003, 60] { histogram.observe(seconds) }
        let counts = Dictionary(uniqueKeysWithValues: histogram.cumulative.map { ($0.bound, $0.count) })
        #expect(counts[0.0005] == 2)
        #expect(counts[0.0025] == 2)
        #expect(counts[0.005] == 3)
        #expect(counts[10] == 3)
        #expect(histogram.count == 4)
        #expect(histogram.sum == 60.0036)
    }

    @Test func severalBrokersAreToldApartAndOneThatIsDownHasNoFigures() throws {
        var statistics = BusStatistics(reading: ["uptimeMs": 1500, "malformed": 2, "peers": 9])
        statistics.services = [.init(name: "text"), .init(name: "a \"b\"")]
        statistics.services[0].requests = 5
        statistics.services[0].oldestWaiting = .milliseconds(250)
        var exposition = Exposition()
        exposition.addBrokers([
            BrokerReport(name: "tcp://a:1", statistics: statistics), BrokerReport(name: "tcp://b:1", statistics: nil),
        ])
        let scraped = try ScrapedMetrics(exposition.text)
        #expect(scraped.value("platform_broker_up", ["broker": "tcp://a:1"]) == 1)
        #expect(scraped.value("platform_broker_up", ["broker": "tcp://b:1"]) == 0)
        #expect(scraped.value("platform_broker_uptime_seconds") == 1.5)
        #expect(scraped.value("platform_broker_malformed_total", ["broker": "tcp://a:1"]) == 2)
        #expect(scraped.value("platform_broker_peers") == 9)
        #expect(scraped.value("platform_bus_requests_total", ["service": "text"]) == 5)
        #expect(scraped.value("platform_bus_requests_total", ["service": "a \"b\""]) == 0)
        #expect(scraped.value("platform_bus_oldest_waiting_seconds", ["service": "text"]) == 0.25)
    }

    @Test func theKernelKnowsThisProcess() {
        let figures = ProcessFigures.now()
        #expect(figures.residentBytes > 1_000_000)
        #expect(figures.virtualBytes >= figures.residentBytes)
        #expect(figures.openDescriptors >= 3)
        #expect(figures.descriptorLimit >= figures.openDescriptors)
        #expect(figures.cpuSeconds > 0)
        #expect(figures.startSeconds > 1_700_000_000)
    }
}
