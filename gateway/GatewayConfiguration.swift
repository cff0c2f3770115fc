/// Where the gateway listens, and how much it takes from a client.
public struct GatewayConfiguration: Sendable {
    /// The address all ports bind, a name or a literal. Default: `127.0.0.1`.
    public var host = "127.0.0.1"
    /// The port for everything. Default: 8080; 0 takes a free one.
    public var port = 8080
    /// Ports with one service's own paths at the root, by service name; 0 takes a free one.
    ///
    /// Default: discovery 4000, shared-state 4500, job-control 4700.
    public var servicePorts = ["discovery": 4000, "shared-state": 4500, "job-control": 4700]
    /// Ports with one engine's `/execute`, `/repeat` and `/revert` at the root, `[4600: "person"]`. Default: none.
    public var enginePorts: [Int: String] = [:]

    /// The largest request body, in bytes; above it a request is answered 413. Default: 8 MiB.
    public var bodyLimit = 8 * 1024 * 1024
    /// The largest request head, in bytes; above it a request is answered 431. Default: 32 KiB.
    public var headLimit = 32 * 1024
    /// How long a client may take to send a body; after it the request is answered 408. Default: 30 s.
    public var bodyTimeout: Duration = .seconds(30)
    /// How long a client may go on sending a body that was refused, so that it gets to read why. Default: 5 s.
    public var lingerTimeout: Duration = .seconds(5)
    /// How long a connection may be silent between requests, or inside a head. Default: 75 s.
    public var idleTimeout: Duration = .seconds(75)
    /// How many connections a port accepts at once; more wait in the kernel's queue. Default: 10,000.
    public var connectionLimit = 10_000

    /// How long a service may take to answer before the gateway says 504. Default: 30 s.
    public var requestTimeout: Duration = .seconds(30)
    /// How long `POST /run-job` waits for a job to end. Default: one day.
    public var jobTimeout: Duration = .seconds(86_400)
    /// How long requests in hand may take after a graceful shutdown has begun. Default: 10 s.
    public var drainTimeout: Duration = .seconds(10)
    /// What a client that met no worker is told to wait, in seconds. Default: 1.
    public var retryAfter = 1

    /// The proxies whose `Forwarded` header (RFC 7239) is believed, by address. Default: none.
    public var trustedProxies: [AddressRange] = []

    /// What `GET /` tells of the platform's release. Default: the release this was built from.
    public var version = "0.1.0"

    /// Every value at its default.
    public init() {}
}
