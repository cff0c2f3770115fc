/// How the registry finds out that a service is gone, and how much it holds.
public struct LivenessConfiguration: Sendable, Hashable {
    /// How often an HTTP service with a `pingURL` is fetched. Default: 30 seconds.
    public var pingInterval: Duration = .seconds(30)
    /// How long one ping may take. Default: 5 seconds.
    public var pingTimeout: Duration = .seconds(5)
    /// How many failed pings in a row evict a service. Default: 3.
    public var pingFailures = 3
    /// How many pings are under way at the same time at most. Default: 64.
    public var concurrentPings = 64
    /// How long a bus service stays listed after its last worker has gone. Default: 10 seconds, which is more than a
    /// worker needs to notice that a broker was started again.
    public var grace: Duration = .seconds(10)
    /// How many services may be listed; more HTTP services are refused with 507. Default: 100,000.
    public var entryLimit = 100_000
    /// How many services' ids are remembered, so that they have the same again when they come back; beyond, the oldest
    /// ids that are not listed are forgotten. Default: 100,000.
    public var nameLimit = 100_000
    /// How many bindings there may be; more are refused with 507. Default: 100,000.
    public var bindingLimit = 100_000

    public init() {}
}
