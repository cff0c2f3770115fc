import Bus
import JSON
import Logging
import Subprocess
import SystemPackage

/// A command's handler: a process that is started with the first request and again after it died.
///
/// Calls wait until ``run(logger:)`` runs; when it returns no process is left.
final class HandlerProcess: Sendable {
    typealias Running = Execution<CustomWriteInput, SequenceOutput, SequenceOutput>

    enum Event: Sendable {
        case called(HandlerCall)
        case started(Int, Running)
        case received(Int, [UInt8])
        case closed(Int, String)
        /// The process was waited for and nothing of it is left.
        case gone(Int, String)
        case paused
        case timedOut(Int)
        case ended
    }

    let program: HandlerProgram
    private let events: AsyncStream<Event>
    private let post: AsyncStream<Event>.Continuation

    init(_ program: HandlerProgram) {
        self.program = program
        (events, post) = AsyncStream.makeStream()
    }

    /// What the handler answers to a line.
    ///
    /// - Throws: `Problem`: what the handler refused with, 502, 503 or 504; `CancellationError`.
    func answer(_ line: [UInt8]) async throws -> JSONValue {
        let call = HandlerCall(line: line)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                call.wait(continuation)
                if case .terminated = post.yield(.called(call)) {
                    let sentence = "The handler of '\(program.command)' was stopped."
                    call.answer(.failure(Problem(.serviceUnavailable, sentence)))
                }
            }
        } onCancel: {
            call.answer(.failure(CancellationError()))
        }
    }

    /// Serves until it is cancelled, then ends the process.
    func run(logger: Logger) async {
        await withTaskCancellationHandler {
            // In a task of its own, as what is cancelled could not wait for the process to end.
            await Task { [events] in
                var loop = HandlerLoop(program, post: post, logger: logger)
                for await event in events { loop.handle(event) }
            }.value
        } onCancel: {
            post.yield(.ended)
        }
    }
}
