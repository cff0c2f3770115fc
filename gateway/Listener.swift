/// One port, what is served there, and for whom.
struct Listener: Sendable {
    /// The service whose paths are at the root; nil for the port for everything.
    let service: String?
    let port: Int
    let routes: RouteTable
}
