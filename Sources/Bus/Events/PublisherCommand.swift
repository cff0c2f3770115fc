/// What other threads ask of the thread that owns a publisher's socket.
enum PublisherCommand: Sendable {
    /// Something was put into the empty outbox.
    case publish
    /// Send what there is, then end.
    case end
}
