import HTTPTypes

/// Finds the route of a request: literal segments first, then the variable one.
///
/// Also knows which methods a path has, so that a wrong method and a wrong path are told apart.
struct RouteTable: Sendable {
    /// The routes of one path.
    struct Methods: Sendable {
        fileprivate(set) var routes: [Route] = []
        /// The path's pattern.
        var path: String { routes.first?.path ?? "" }
        /// The value of `Allow`.
        fileprivate(set) var allow = ""

        /// The route of a method; `HEAD` is a `GET` whose body is not sent.
        func route(for method: HTTPRequest.Method) -> Route? {
            let wanted = method == .head ? .get : method
            return routes.first { $0.method == wanted }
        }
    }

    private struct Node {
        var literals: [String: Int] = [:]
        var variable: Int?
        var methods = Methods()
    }

    /// Every route, in the order in which it was given.
    let routes: [Route]
    private var nodes = [Node()]

    /// - Parameter routes: where two have the same method and path, the first counts.
    init(_ routes: [Route]) {
        self.routes = routes
        for route in routes { add(route) }
    }

    /// The routes of a path and the value of its variable segment; nil when nothing is there.
    ///
    /// A slash at the end counts only where a route's path has one too.
    func find(_ target: RequestTarget) -> (methods: Methods, variable: String?)? {
        var position = 0
        var variable: String?
        for segment in target.segments {
            if let next = nodes[position].literals[segment] {
                position = next
            } else if let next = nodes[position].variable, !segment.isEmpty {
                variable = segment
                position = next
            } else {
                return nil
            }
        }
        if target.endsWithSlash { position = nodes[position].literals[""] ?? position }
        let methods = nodes[position].methods
        return methods.routes.isEmpty ? nil : (methods, variable)
    }

    private mutating func add(_ route: Route) {
        var position = 0
        for segment in route.path.split(separator: "/") { position = child(String(segment), of: position) }
        if route.path.hasSuffix("}/") { position = child("", of: position) }
        nodes[position].methods.add(route)
    }

    private mutating func child(_ segment: String, of parent: Int) -> Int {
        let isVariable = segment.hasPrefix("{")
        let existing = isVariable ? nodes[parent].variable : nodes[parent].literals[segment]
        if let existing { return existing }
        nodes.append(Node())
        let made = nodes.count - 1
        if isVariable { nodes[parent].variable = made } else { nodes[parent].literals[segment] = made }
        return made
    }
}

extension RouteTable.Methods {
    fileprivate mutating func add(_ route: Route) {
        guard self.route(for: route.method) == nil else { return }
        routes.append(route)
        var names = routes.map(\.method.rawValue)
        if names.contains("GET") { names.append("HEAD") }
        allow = (names + ["OPTIONS"]).joined(separator: ", ")
    }
}
