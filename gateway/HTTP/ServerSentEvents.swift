import AsyncAlgorithms
import Bus
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// The text form of events that a browser's `EventSource` reads.
enum ServerSentEvents {
    /// How often a silent stream sends a comment, so that proxies do not take it for dead.
    private static let heartbeat: Duration = .seconds(15)
    private static let comment = ByteBuffer(string: ": still here\n\n")

    /// Tells a client that something may be missing from here on.
    static let interruption = ByteBuffer(string: "event: interrupted\ndata: {}\n\n")

    /// The head of a stream; nobody on the way may keep it or hold it back.
    static let fields: HTTPFields = [
        .contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no",
    ]

    /// What is written next; it holds one batch, so that a client that reads slowly slows its own stream and no memory
    /// fills.
    typealias Channel = AsyncThrowingChannel<ByteBuffer, any Error>
    /// Sends text until it has no more, or its task is cancelled.
    typealias Source = @Sendable (Channel) async throws -> Void

    /// The events' text: the CloudEvent as the data and, where a stream can be taken up again by it, the sequence as
    /// the id.
    static func text(of events: [Event], numbered: Bool = true) -> ByteBuffer {
        var buffer = ByteBuffer()
        for event in events {
            if numbered { buffer.writeString("id: \(event.sequence)\n") }
            buffer.writeString("data: ")
            buffer.writeBytes(event.encoded())
            buffer.writeString("\n\n")
        }
        return buffer
    }

    /// Writes what the sources send until all have ended or one fails, or the task is cancelled.
    static func write(from sources: [Source], to writer: inout any ResponseBodyWriter) async throws {
        let channel = Channel()
        let pump = Task { await Self.pump(sources, into: channel) }
        let heart = Task { await beat(into: channel) }
        defer {
            pump.cancel()
            heart.cancel()
        }
        // Sent at once: the client learns that its stream stands, however long the first event takes.
        try await writer.write(comment)
        for try await chunk in channel { try await writer.write(chunk) }
    }

    /// Sends events as they come until nothing follows one. A server that shuts down does not wait for it.
    ///
    /// - Parameter isOver: asked with the last event of each batch.
    static func source(
        _ stream: AsyncThrowingStream<[Event], any Error>,
        until isOver: @escaping @Sendable (Event) async throws -> Bool
    ) -> Source {
        { channel in
            for try await events in stream.cancelOnGracefulShutdown() {
                await channel.send(text(of: events))
                if let last = events.last, try await isOver(last) { break }
            }
        }
    }

    private static func pump(_ sources: [Source], into channel: Channel) async {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for source in sources { group.addTask { try await source(channel) } }
                try await group.waitForAll()
            }
            channel.finish()
        } catch {
            channel.fail(error)
        }
    }

    private static func beat(into channel: Channel) async {
        while (try? await Task.sleep(for: heartbeat)) != nil { await channel.send(comment) }
    }
}
