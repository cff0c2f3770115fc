import Bus

extension EventSubscriber {
    /// Subscribes as soon as a broker is there, however long that takes; throws when the subscriber or the task ends.
    func subscribeWhenThere(to prefix: String) async throws -> EventSubscription {
        while true {
            do {
                return try await subscribe(to: prefix)
            } catch let error as BusError where error.code == .unreachable {
                try Task.checkCancellation()
            }
        }
    }
}
