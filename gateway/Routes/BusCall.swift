/// What a route asks of a service on the bus.
struct BusCall: Sendable {
    enum Service: Sendable {
        /// A service by its name on the bus.
        case named(String)
        /// The path's variable segment names a service, on the bus or a registered HTTP service.
        case inPath
    }

    enum Body: Sendable {
        /// The route takes no body; one that is sent is ignored.
        case none
        /// The client's bytes, if their content type is one of these. The service says whether they make sense.
        case passed(accepting: [MediaType])
        /// As `passed`, and the gateway checks that it is JSON: the service may be anybody's.
        case checked
        /// A JSON object of these query items, as far as they are given and not empty.
        case query([String])
    }

    enum Patience: Sendable {
        /// The usual time limit.
        case request
        /// As long as a job may run.
        case job
    }

    let service: Service
    /// The operation's name; it may depend on the query or a header.
    let operation: @Sendable (Exchange) throws -> String
    var body = Body.none
    /// Query items that travel as annotations of the same name.
    var query: [String] = []
    /// Query items that say yes or no, and travel as annotations with `true` or `false`; one without a value says yes.
    var flags: [String] = []
    /// `Prefer` says how long the outcome is waited for.
    var heedsPreferences = false
    /// It changes nothing: nobody needs the answer when the client has left, and it may be asked twice.
    var isSafe = false
    /// It may be given to another worker when the first died over it.
    var mayBeRepeated = false
    var patience = Patience.request

    /// A call that changes something: its body is passed on, and it is not asked for twice.
    static func write(
        _ service: String,
        _ operation: String,
        accepting types: [MediaType] = [.json],
        query: [String] = [],
        flags: [String] = []
    ) -> Self {
        Self(
            service: .named(service),
            operation: { _ in operation },
            body: .passed(accepting: types),
            query: query,
            flags: flags
        )
    }

    /// A call that only reads.
    static func read(_ service: String, _ operation: String, query: [String] = []) -> Self {
        Self(service: .named(service), operation: { _ in operation }, query: query, isSafe: true)
    }

    /// A read whose filters are query items.
    static func search(_ service: String, _ operation: String, by items: [String], query: [String] = []) -> Self {
        Self(
            service: .named(service),
            operation: { _ in operation },
            body: .query(items),
            query: query,
            isSafe: true
        )
    }
}
