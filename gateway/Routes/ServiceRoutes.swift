/// The paths of any service by its name, and those that it has at the root of a port of its own.
enum ServiceRoutes {
    static let all = common(under: "/services/{name}", .inPath) + affordances(under: "/services/{name}", .inPath)

    /// What a port of one service has at its root, besides everything else.
    static func root(of service: String, isEngine: Bool) -> [Route] {
        common(under: "", .named(service)) + (isEngine ? affordances(under: "", .named(service)) : [])
    }

    private static func common(under prefix: String, _ service: BusCall.Service) -> [Route] {
        [("/ping", "ping"), ("/forms", "forms"), ("/health", "health"), ("/", "about")]
            .map { path, operation in .get(prefix + path, read(service, operation)) }
    }

    private static func affordances(under prefix: String, _ service: BusCall.Service) -> [Route] {
        ["execute", "repeat", "revert", "inspect"].map { rel in
            var call = BusCall(service: service, operation: { _ in rel }, body: .checked)
            call.mayBeRepeated = rel == "repeat" || rel == "inspect"
            return .post("\(prefix)/\(rel)", call)
        }
    }

    private static func read(_ service: BusCall.Service, _ operation: String) -> BusCall {
        BusCall(service: service, operation: { _ in operation }, isSafe: true)
    }
}
