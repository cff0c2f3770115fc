import Foundation

/// A thread with a connection of its own, which it makes when it needs one and makes anew when it was lost.
struct PostgresLane {
    let address: PostgresAddress
    let settings: PostgresDatabase.Configuration
    /// Whether there is no point in waiting any longer.
    let isClosing: @Sendable () -> Bool
    /// The connection, where there is one.
    private(set) var connection: PostgresConnection?

    init(
        _ address: PostgresAddress,
        _ settings: PostgresDatabase.Configuration,
        isClosing: @escaping @Sendable () -> Bool
    ) {
        self.address = address
        self.settings = settings
        self.isClosing = isClosing
    }

    /// The connection, or a new one, tried for until `deadline`.
    ///
    /// - Throws: ``StorageError/Code/unavailable``; another code when the server will not have us.
    mutating func connected(until deadline: ContinuousClock.Instant) throws -> PostgresConnection {
        if let connection { return connection }
        var backoff = Backoff(from: .milliseconds(20), to: .seconds(1))
        while true {
            do {
                let new = try PostgresConnection.open(address, settings)
                connection = new
                return new
            } catch let loss as PostgresLoss {
                let delay = backoff.delay()
                guard !isClosing(), ContinuousClock.now + delay < deadline else {
                    throw StorageError.unavailable(address, loss)
                }
                Thread.sleep(forTimeInterval: delay / .seconds(1))
            }
        }
    }

    /// Gives the connection up.
    mutating func lose() { connection = nil }
}
