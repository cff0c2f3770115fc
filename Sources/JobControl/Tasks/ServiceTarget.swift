/// The service that a task calls, once it was found.
public struct ServiceTarget: Sendable, Hashable {
    /// The service's name: its name on the bus, unless it speaks HTTP.
    public var name: String
    /// The registration of a service that speaks HTTP and is called through the gateway; nil on the bus.
    public var registryID: String?
    /// What the service says of itself.
    public var forms: ServiceForms

    public init(name: String, registryID: String? = nil, forms: ServiceForms = .unknown) {
        self.name = name
        self.registryID = registryID
        self.forms = forms
    }
}
