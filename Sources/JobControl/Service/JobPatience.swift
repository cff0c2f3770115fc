import Bus

/// How long a submitter waits for the end of a job before it takes its id instead: `Prefer: wait=N` of RFC 7240.
extension BusRequest {
    /// The annotation `wait`, in seconds; nil waits for the end.
    ///
    /// - Throws: a 400 `Problem` when it is no number of seconds up to a day.
    var jobPatience: Duration? {
        get throws(Problem) {
            guard let text = annotations["wait"] else { return nil }
            guard let seconds = Int(text), (0...86_400).contains(seconds) else {
                throw Problem(.badRequest, "The annotation wait must be a number of seconds, not '\(text)'")
            }
            return .seconds(seconds)
        }
    }
}

extension JobHandle {
    /// How the job ended; nil when it has not within `patience`. The job goes on all the same.
    func outcome(within patience: Duration?) async throws -> JobOutcome? {
        guard let patience else { return try await whenEnded }
        return try await withThrowingTaskGroup(of: JobOutcome?.self) { group in
            group.addTask { try await self.whenEnded }
            group.addTask {
                try await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}
