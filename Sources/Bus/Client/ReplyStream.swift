/// A reply that comes in parts, in order and without holes, as fast as they are taken.
///
/// The worker may send as many parts as the window says before one is taken; then it waits. So a slow reader holds a
/// bounded number of parts, however long the reply is.
///
/// ```swift
/// let stream = client.stream("sales", "export", within: .seconds(60))
/// for try await part in stream { try file.write(part.body) }
/// let rows = try await stream.final.annotations["rows"]
/// ```
///
/// Leaving the loop early, cancelling the task that reads, or letting go of the stream cancels the request, and the
/// handler that works on it. Each part goes to one reader: read it once. Of several, each gets the next part that is
/// there, and the first to leave its loop ends it for all.
public struct ReplyStream: AsyncSequence, Sendable {
    public typealias Element = Reply
    public typealias Failure = BusError

    private let source: ReplySource

    init(_ source: ReplySource) {
        self.source = source
    }

    /// The reply that ended the stream, waiting for it. Parts that were not taken are dropped.
    ///
    /// - Throws: ``BusError`` as for a request, and what ``Iterator/next(isolation:)`` throws.
    public var final: Reply {
        get async throws(BusError) { try await source.final() }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(reader: ReplyReader(source)) }

    /// Takes one part after another.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: ReplyReader

        /// The next part; nil when the final reply is there.
        ///
        /// - Throws: ``BusError`` as for a request, once. After a part was taken the request is not sent again when its
        ///   connection is lost: it then ends as ``BusError/Code/workerLost``. ``BusError/Code/partsNotGranted`` when the
        ///   worker does not keep to the window.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(BusError) -> Reply? {
            try await reader.next(isolation: actor)
        }

        public mutating func next() async throws(BusError) -> Reply? { try await reader.next(isolation: nil) }
    }
}

/// What the copies of a stream share; the request is cancelled when the last one goes.
final class ReplySource: Sendable {
    private let parts: PartsBuffer
    private let request: PendingRequest
    private let client: BusClient

    init(_ parts: PartsBuffer, of request: PendingRequest, client: BusClient) {
        self.parts = parts
        self.request = request
        self.client = client
    }

    deinit { cancel() }

    /// The next part, waiting for it; nil at the end.
    func next(isolation actor: isolated (any Actor)?) async throws(BusError) -> Reply? {
        if Task.isCancelled { cancel() }
        while true {
            switch parts.take() {
            case .part(let part, let count):
                grant(count)
                return part
            case .nothing: await waitForMore()
            case .ended(.failure(let error)): throw error
            case .ended(.success): return nil
            }
        }
    }

    /// How it ended, waiting for it; drops what comes before.
    func final() async throws(BusError) -> Reply {
        while true {
            switch parts.takeLast() {
            case .part(_, let count): grant(count)
            case .nothing: await waitForMore()
            case .ended(let outcome): return try outcome.get()
            }
        }
    }

    private func waitForMore() async {
        await withTaskCancellationHandler {
            await parts.waitForMore()
        } onCancel: {
            cancel()
        }
    }

    private func grant(_ count: Int) {
        if count > 0 { client.grant(count, to: request) }
    }

    func cancel() {
        if parts.outcome == nil { client.cancel(request) }
    }
}

/// One iteration over a stream. Not `Sendable`: it belongs to the task that iterates.
final class ReplyReader {
    private let source: ReplySource
    private var hasEnded = false

    init(_ source: ReplySource) {
        self.source = source
    }

    // The loop was left early, unless the stream has ended.
    deinit { source.cancel() }

    func next(isolation actor: isolated (any Actor)?) async throws(BusError) -> Reply? {
        if hasEnded { return nil }
        do throws(BusError) {
            if let part = try await source.next(isolation: actor) { return part }
        } catch {
            hasEnded = true
            throw error
        }
        hasEnded = true
        return nil
    }
}
