/// How long to wait before the next attempt: longer each time, up to a bound, and never the same for all who wait.
struct Backoff {
    private var next: Duration
    private let longest: Duration

    init(from first: Duration, to longest: Duration) {
        next = first
        self.longest = longest
    }

    mutating func delay() -> Duration {
        defer { next = min(next * 2, longest) }
        return next * Double.random(in: 0.5...1)
    }
}
