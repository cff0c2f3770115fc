import Bus

/// The one timer of a job: rings at the moment that its machine named last.
struct JobAlarm {
    private var time: Timestamp?
    private var sleeping: Task<Void, Never>?

    /// Rings at that time, or never; a time that is set already costs nothing.
    mutating func set(_ time: Timestamp?, _ ring: @escaping @Sendable () -> Void) {
        guard time != self.time else { return }
        sleeping?.cancel()
        self.time = time
        sleeping = time.map { time in
            Task {
                try? await Task.sleep(for: max(time - .now, .zero))
                if !Task.isCancelled { ring() }
            }
        }
    }

    /// It has rung; the same time may be set again.
    mutating func rang() {
        time = nil
    }
}
