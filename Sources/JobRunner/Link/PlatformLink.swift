import Bus
import JobControl

/// How the runner reaches the platform, so that no subcommand knows whether it is over the bus or over HTTP.
protocol PlatformLink: Sendable {
    /// What people know the place by.
    var name: String { get }
    /// What to look at when nobody answers there.
    var advice: String { get }
    var jobs: JobClient { get }
    var state: any StateDocuments { get }
    /// How many requests were sent, for `--verbose`: `bus requests sent: 3`.
    var report: String { get }

    /// Keeps the connection until it is cancelled.
    func run() async throws
    /// Returns when the platform has answered once.
    func connect() async throws
    /// Shows a job's events from the first on, in sequence, each once, none missing, and returns when the job is at its
    /// end: an ending counts only where nothing follows it, since a job that has ended may be undone.
    func follow(_ jobID: String, _ show: ([Event]) -> Void) async throws
}
