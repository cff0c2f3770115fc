/// How one ping ended.
enum PingOutcome: Sendable, Hashable {
    case answered
    case failed(reason: String)
    /// Nobody could try, as no gateway is there: that says nothing about the service.
    case notTried
}
