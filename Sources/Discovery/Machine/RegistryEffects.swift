import Bus

/// What is to be done after a decision, in this order: keep it, tell it, and look after the services.
struct RegistryEffects: Sendable {
    var changes: [RegistryChange] = []
    var events: [Event] = []
    /// The ids of the entries to ping.
    var pings: [String] = []
}
