import ZeroMQ

/// Which of several brokers to try next, and how long to bear one that refuses or cuts the connection.
///
/// Whoever loses a broker goes on to the next in the list at once. When all were tried in vain, each is borne longer
/// than in the round before, so that brokers that are all away cost little: libzmq goes on trying meanwhile.
struct BrokerRounds: Sendable {
    private static let patience = (first: Duration.milliseconds(20), longest: Duration.milliseconds(500))

    private let endpoints: [Endpoint]
    private var index = 0
    /// How many were tried in vain since the last that was there.
    private var failures = 0
    private var patience = Self.patience.first

    /// - Parameter endpoints: at least one.
    init(_ endpoints: [Endpoint]) {
        precondition(!endpoints.isEmpty, "there must be a broker to connect to")
        self.endpoints = endpoints
    }

    /// Whose turn it is.
    var current: Endpoint { endpoints[index] }

    /// How long to bear that the current one refuses; nil for ever, as there is no other.
    var patienceWithRefusal: Duration? { endpoints.count == 1 ? nil : patienceWithCut }

    /// How long a try lasts at least, though the current one cuts the connection before it has answered.
    var patienceWithCut: Duration { failures < endpoints.count ? .zero : patience }

    /// The current one has answered.
    mutating func reached() {
        failures = 0
        patience = Self.patience.first
    }

    /// The current one is lost, or could not be reached: it is the next one's turn.
    mutating func moveOn() {
        index = (index + 1) % endpoints.count
        failures += 1
        guard failures > endpoints.count, failures % endpoints.count == 0 else { return }
        patience = min(patience * 2, Self.patience.longest)
    }
}
