import AsyncAlgorithms
import Bus
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// The text form of events that a browser's `EventSource` reads.
enum ServerSentEvents {
    /// How often a silent stream sends a comment, so that proxies do not take it for dead.
    private static let heartbeat: Duration = .seconds(15)
    private static let comment = ByteBuffer(string: ": still here\n\n")

    /// The events' text: the sequence as the id to come back with, the CloudEvent as the data.
    static func text(of events: [Event]) -> ByteBuffer {
        var buffer = ByteBuffer()
        for event in events {
            buffer.writeString("id: \(event.sequence)\ndata: ")
            buffer.writeBytes(event.encoded())
            buffer.writeString("\n\n")
        }
        return buffer
    }

    /// Writes events as they come until one is the last, or the task is cancelled.
    ///
    /// The channel holds one batch: a client that reads slowly slows its own stream, and no memory fills.
    static func write(
        _ stream: AsyncThrowingStream<[Event], any Error>,
        until isLast: @escaping @Sendable (Event) -> Bool,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        let channel = AsyncThrowingChannel<ByteBuffer, any Error>()
        let pump = Task { await Self.pump(stream, until: isLast, into: channel) }
        let heart = Task { await beat(into: channel) }
        defer {
            pump.cancel()
            heart.cancel()
        }
        // Sent at once: the client learns that its stream stands, however long the first event takes.
        try await writer.write(comment)
        for try await chunk in channel { try await writer.write(chunk) }
    }

    private static func pump(
        _ stream: AsyncThrowingStream<[Event], any Error>,
        until isLast: @Sendable (Event) -> Bool,
        into channel: AsyncThrowingChannel<ByteBuffer, any Error>
    ) async {
        do {
            // A server that shuts down does not wait for a job's last event.
            for try await events in stream.cancelOnGracefulShutdown() {
                await channel.send(text(of: events))
                if events.contains(where: isLast) { break }
            }
            channel.finish()
        } catch {
            channel.fail(error)
        }
    }

    private static func beat(into channel: AsyncThrowingChannel<ByteBuffer, any Error>) async {
        while (try? await Task.sleep(for: heartbeat)) != nil { await channel.send(comment) }
    }
}
