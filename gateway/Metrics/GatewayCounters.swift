import HTTPTypes
import Synchronization

/// What the gateway has answered since it started, and what it has in hand.
///
/// Kept by the route's pattern and never by the path: what clients make up must not make series. A request that meets
/// no route counts under `none`, a method that is none of HTTP's usual ones under `other`.
final class GatewayCounters: Sendable {
    /// One request from its head to the end of its answer.
    struct Observation {
        fileprivate let method: String
        fileprivate let start = ContinuousClock.now
        /// The pattern of the route that it met.
        var route = "none"
    }

    struct Series: Hashable, Sendable {
        var method: String
        var route: String
        var status: Int
    }

    struct Contents: Sendable {
        /// Requests that are not answered to the end.
        var inFlight = 0
        var requests: [Series: Int] = [:]
        /// By route: how long it took until there was an answer to write.
        var durations: [String: Histogram] = [:]
    }

    /// What nobody reads any more: the client left before its answer (the number that nginx has for it).
    static let clientLeft = 499

    private let state = Mutex(Contents())

    var contents: Contents { state.withLock { $0 } }

    /// A request's head is there.
    func begin(_ method: HTTPRequest.Method) -> Observation {
        state.withLock { $0.inFlight += 1 }
        return Observation(method: Self.methods.contains(method.rawValue) ? method.rawValue : "other")
    }

    /// The answer is known, and is written from now on.
    func answered(_ observation: Observation, status: Int) {
        let seconds = (ContinuousClock.now - observation.start) / .seconds(1)
        let series = Series(method: observation.method, route: observation.route, status: status)
        state.withLock { state in
            state.requests[series, default: 0] += 1
            state.durations[observation.route, default: Histogram()].observe(seconds)
        }
    }

    /// The answer is written, or nobody is there to read it.
    func end() { state.withLock { $0.inFlight -= 1 } }

    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
}
