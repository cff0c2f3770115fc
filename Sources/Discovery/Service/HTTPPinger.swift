public import Bus
import JSON

/// Pings an HTTP service through the gateway, which is the bus's way out.
///
/// Only what the way out says of the service counts against it: a way out that is full, or not there, says nothing.
struct HTTPPinger: Sendable {
    let client: BusClient
    /// How long the service may take, from when it is called.
    let timeout: Duration

    /// Never throws: whatever goes wrong is an outcome.
    func ping(_ registryID: String) async -> PingOutcome {
        do {
            let reply = try await client.request(
                "http-egress",
                "ping",
                annotations: [
                    Annotations.id: registryID,
                    Annotations.pingTimeout: String(Int(timeout / .milliseconds(1))),
                ],
                // It may wait for the way out as long as the service may take after that.
                within: timeout * 2,
                repeatable: true
            )
            return outcome(of: reply)
        } catch {
            return .notTried
        }
    }

    private func outcome(of reply: Reply) -> PingOutcome {
        if reply.status.isSuccess { return .answered }
        let problem = Problem(parsing: reply.body, status: reply.status)
        if problem?.wasNotSent == true { return .notTried }
        return .failed(reason: problem?.sentence ?? "it answered \(reply.status)")
    }
}

extension Annotations {
    /// With a ping: how many milliseconds the service has. When less is left, the way out does not call it.
    public static let pingTimeout = "ping-timeout-ms"
}

/// What the way out answers when it has not called the HTTP service at all.
extension Problem {
    private static let sent = "sent"

    /// A problem that says so.
    public static func notSent(_ status: Status, _ sentence: String) -> Problem {
        Problem(status, sentence, members: [sent: false])
    }

    /// Whether it says so.
    public var wasNotSent: Bool { members[Self.sent]?.boolValue == false }
}
