import Bus

/// Where a stream of events is, and whether it is worth while to take it up again.
struct StreamPosition {
    /// How long the platform may be away.
    private static let patience = Duration.seconds(30)

    private(set) var last: UInt64 = 0
    private(set) var pause = Duration.zero
    private var lastEndsTheJob = false
    private(set) var isAtTheEnd = false
    private var lostSince: ContinuousClock.Instant?

    mutating func reached(_ event: Event) {
        last = event.sequence
        lastEndsTheJob = event.endsAJob
        (pause, lostSince) = (.zero, nil)
    }

    /// The gateway also ends its streams when it shuts down.
    mutating func ended() {
        isAtTheEnd = lastEndsTheJob
        if !isAtTheEnd { wait() }
    }

    /// Whether a stream that began may be taken up again; one that never began has failed.
    mutating func mayGoOn(at now: ContinuousClock.Instant) -> Bool {
        guard last > 0 else { return false }
        let since = lostSince ?? now
        lostSince = since
        wait()
        return now - since < Self.patience
    }

    private mutating func wait() { pause = min(max(pause * 2, .milliseconds(100)), .seconds(2)) }
}
