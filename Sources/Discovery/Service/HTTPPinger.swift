import Bus

/// Pings an HTTP service through the gateway, which is the bus's way out.
struct HTTPPinger: Sendable {
    let client: BusClient
    let timeout: Duration

    /// Never throws: whatever goes wrong is an outcome.
    func ping(_ registryID: String) async -> PingOutcome {
        do {
            let reply = try await client.request(
                "http-egress",
                "ping",
                annotations: [Annotations.id: registryID],
                within: timeout,
                repeatable: true
            )
            return reply.status.isSuccess ? .answered : .failed(reason: reason(of: reply))
        } catch {
            return outcome(of: error)
        }
    }

    private func reason(of reply: Reply) -> String {
        Problem(parsing: reply.body, status: reply.status)?.sentence ?? "it answered \(reply.status)"
    }

    private func outcome(of error: BusError) -> PingOutcome {
        switch error.code {
        case .timedOut: .failed(reason: "no answer within \(timeout)")
        default: .notTried
        }
    }
}
