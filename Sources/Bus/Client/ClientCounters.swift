import Synchronization

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

    var statistics: BusClient.Statistics {
        BusClient.Statistics(
            requestsSent: requestsSent.load(ordering: .relaxed),
            requestsInFlight: requestsInFlight.load(ordering: .relaxed),
            repliesReceived: repliesReceived.load(ordering: .relaxed),
            repliesDropped: repliesDropped.load(ordering: .relaxed),
            connectionsLost: connectionsLost.load(ordering: .relaxed)
        )
    }
}
