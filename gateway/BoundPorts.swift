/// The ports a gateway listens on, with the kernel's choice in the place of each 0.
public struct BoundPorts: Sendable, Equatable {
    /// The port for everything.
    public var main = 0
    /// The ports of single services, by service name.
    public var services: [String: Int] = [:]
}
