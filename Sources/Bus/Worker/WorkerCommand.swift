/// What other threads ask of the thread that owns a worker's socket.
enum WorkerCommand: Sendable {
    /// The handler of the call under this key, or the one whose reply is also its own, has finished elsewhere.
    case finished(UInt64, BusReply)
    /// The handler of the call under this key has made a part of its reply: the frame.
    case part(UInt64, [UInt8])
    /// The call under this key, which waited, has a place now.
    case begin(UInt64)
    /// Nobody waits for the call under this key any more.
    case stop(UInt64)
    /// Take nothing new, finish what is in hand, then end.
    case drain
    /// Cancel what is in hand and end.
    case end
}
