import Synchronization
import ZeroMQ

/// A client's counters, written by its threads and read by anybody.
final class ClientCounters: Sendable {
    /// Counted by the callers.
    let requestsInFlight = Atomic(0)
    /// Keeps what the socket's thread counts out of the cache line that the callers write.
    private let gap = InlineArray<8, UInt64>(repeating: 0)
    let requestsSent = Atomic(0)
    let repliesReceived = Atomic(0)
    let repliesDropped = Atomic(0)
    let connectionsLost = Atomic(0)
    let failovers = Atomic(0)
    /// The index of the broker that is used; ``nowhere`` while none is.
    let broker = Atomic(nowhere)

    static let nowhere = -1

    /// - Parameter endpoints: the brokers of the configuration.
    func statistics(endpoints: [Endpoint]) -> BusClient.Statistics {
        let broker = broker.load(ordering: .relaxed)
        return BusClient.Statistics(
            requestsSent: requestsSent.load(ordering: .relaxed),
            requestsInFlight: requestsInFlight.load(ordering: .relaxed),
            repliesReceived: repliesReceived.load(ordering: .relaxed),
            repliesDropped: repliesDropped.load(ordering: .relaxed),
            connectionsLost: connectionsLost.load(ordering: .relaxed),
            failovers: failovers.load(ordering: .relaxed),
            endpoint: broker == Self.nowhere ? nil : endpoints[broker]
        )
    }
}
