public import ServiceLifecycle

/// A service that can say when it answers, so that whoever started it need not ask.
public protocol ReadyReporting: Service {
    /// Returns once requests are answered.
    ///
    /// - Throws: When the service ended before it got so far.
    func waitUntilReady() async throws
}
