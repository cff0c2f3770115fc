/// What tasks ask of the thread that owns the client's socket.
enum ClientCommand: Sendable {
    case send(PendingRequest)
    /// The waiting task was cancelled. May arrive before the request itself.
    case cancel(PendingRequest)
    /// Somebody has taken so many parts of the reply, and takes as many more.
    case grant(PendingRequest, count: Int)
    /// Run what the client's executor has got.
    case run
    /// End, failing what is under way.
    case end
}
