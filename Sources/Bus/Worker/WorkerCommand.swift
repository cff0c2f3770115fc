/// What other threads ask of the thread that owns a worker's socket.
enum WorkerCommand: Sendable {
    /// The handler of the call under this key has finished elsewhere.
    case finished(UInt64, BusReply)
    /// Take nothing new, finish what is in hand, then end.
    case drain
    /// Cancel what is in hand and end.
    case end
}
