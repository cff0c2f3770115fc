extension Migration {
    /// Applied in order, each once. Never edited after a release: add another.
    static let all: [Migration] = []
}
