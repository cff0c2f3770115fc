import HTTPTypes
import Testing

@testable import Gateway

@Suite struct RouteTableTests {
    private let table = RouteTable(
        DiscoveryRoutes.all + StateRoutes.all + JobRoutes.all + ServiceRoutes.all
            + GatewayRoutes.common(version: "1", forms: [])
    )

    private func path(_ text: String) throws -> (path: String?, variable: String?) {
        let found = table.find(try RequestTarget(text))
        return (found?.methods.routes.first?.path, found?.variable)
    }

    @Test(arguments: [
        ("/state/7", "/state/{id}", "7"), ("/services/a%20b", "/services/{id}", "a b"),
        ("/services/text/execute", "/services/{name}/execute", "text"),
        ("/services/text/", "/services/{name}/", "text"), ("/state/", "/state", nil), ("/", "/", nil),
        ("/state/__proto__", "/state/{id}", "__proto__"),
    ])
    func aPathLeadsToItsRoute(_ text: String, _ template: String, _ variable: String?) throws {
        let found = try path(text)
        #expect(found.path == template)
        #expect(found.variable == variable)
    }

    @Test(arguments: ["/nowhere", "/state/1/2/3", "/STATE", "/state//", "/services//execute", "/jobs/1/nothing"])
    func anUnknownPathLeadsNowhere(_ text: String) throws {
        #expect(try path(text).path == nil)
    }

    @Test func aPathKnowsItsMethods() throws {
        let methods = try #require(table.find(try RequestTarget("/state/7"))?.methods)
        #expect(methods.allow == "GET, POST, PATCH, PUT, DELETE, HEAD, OPTIONS")
        #expect(methods.route(for: .head)?.method == .get)
        #expect(methods.route(for: .trace) == nil)
    }

    @Test func theFirstOfTwoRoutesForTheSameCounts() throws {
        let root = ServiceRoutes.root(of: "discovery", isEngine: false)
        let table = RouteTable(root + GatewayRoutes.common(version: "1", forms: []))
        let methods = try #require(table.find(try RequestTarget("/ping"))?.methods)
        guard case .call? = methods.route(for: .get)?.action else {
            Issue.record("the service's own ping is asked on its port")
            return
        }
    }
}
