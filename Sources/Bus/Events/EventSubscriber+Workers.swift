extension EventSubscriber {
    /// Asks the broker whose events arrive here who its workers are.
    ///
    /// The answer and the events of `bus.worker` come from one broker and through one connection: every event of the same
    /// source with a greater sequence than the answer's comes after it. When the broker is lost meanwhile, the next one
    /// answers.
    ///
    /// - Returns: an event whose data is what the operation `workers` of the service `broker` answers.
    /// - Throws: ``BusError/Code/unreachable`` when nobody answers in time; ``BusError/Code/closed`` when the subscriber
    ///   has ended; `CancellationError`.
    package func workers(within timeout: Duration) async throws -> Event {
        let failure = BusError(.unreachable, "no broker has told its workers in \(timeout)")
        return try await withThrowingTaskGroup(of: Event.self) { group in
            group.addTask { try await self.answer(to: "~workers." + UUIDv7.make(), within: timeout) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw failure
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw failure }
            return answer
        }
    }

    private func answer(to question: String, within timeout: Duration) async throws -> Event {
        let subscription = try await subscribe(to: question, within: timeout)
        defer { subscription.cancel() }
        for await delivery in subscription {
            if case .events(let events) = delivery { return events[0] }
        }
        try Task.checkCancellation()
        throw BusError(.closed, "the subscriber ended before a broker answered")
    }
}
