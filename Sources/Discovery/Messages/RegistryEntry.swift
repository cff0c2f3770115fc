public import Bus

/// A service as the registry lists it: its name, what it can do, where it is met, and how it is.
public struct RegistryEntry: Sendable, Hashable {
    /// How the service is called.
    public enum Transport: String, Sendable, CaseIterable {
        /// By its name on the bus; workers come and go behind it.
        case bus
        /// By HTTP, at the URL it registered.
        case http
    }

    /// How the service is, in the words that health checks use.
    public enum Health: String, Sendable, CaseIterable {
        /// Nothing speaks against it.
        case passing
        /// Its last ping failed, or several, but not yet so many that it is evicted.
        case warning
        /// None of its workers is there; it leaves the registry unless one comes back in time.
        case critical
    }

    /// The platform's id of this entry. A bus service has the same one whenever it comes back.
    public var registryID: String
    /// What the service calls itself; several entries may have the same name.
    public var serviceName: String
    public var transport: Transport
    /// An absolute URL for HTTP; for a bus service the path that any gateway serves it under.
    public var serviceURL: String
    public var tags: [String]
    public var semanticProfile: String?
    public var mediaTypes: [String]
    /// What is fetched to see whether an HTTP service is alive; nil when it did not ask for that.
    public var pingURL: String?
    /// What the service says about itself, in a sentence.
    public var summary: String?
    public var version: String?
    /// When it was first listed: earlier ones are found first.
    public var registeredAt: Timestamp
    /// When it last registered, announced itself or renewed.
    public var lastRenewed: Timestamp
    /// When there was last a sign of life.
    public var lastSeen: Timestamp
    public var health: Health
    /// How many workers serve it; 1 for HTTP.
    public var instances: Int

    public init(
        registryID: String,
        serviceName: String,
        transport: Transport,
        serviceURL: String,
        tags: [String] = [],
        semanticProfile: String? = nil,
        mediaTypes: [String] = [],
        pingURL: String? = nil,
        summary: String? = nil,
        version: String? = nil,
        registeredAt: Timestamp,
        health: Health = .passing,
        instances: Int = 1
    ) {
        self.registryID = registryID
        self.serviceName = serviceName
        self.transport = transport
        self.serviceURL = serviceURL
        self.tags = tags
        self.semanticProfile = semanticProfile
        self.mediaTypes = mediaTypes
        self.pingURL = pingURL
        self.summary = summary
        self.version = version
        self.registeredAt = registeredAt
        self.lastRenewed = registeredAt
        self.lastSeen = registeredAt
        self.health = health
        self.instances = instances
    }
}
