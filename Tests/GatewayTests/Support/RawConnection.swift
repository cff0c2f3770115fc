import NIOCore
import NIOPosix

/// A TCP connection whose bytes a test writes itself, for what no HTTP client would send.
struct RawConnection {
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let channel: any Channel

    /// Connects for the time of `body`.
    @discardableResult
    static func open<Result: Sendable>(
        port: Int,
        _ body: @Sendable (inout RawConnection) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(
                outbound: outbound,
                inbound: inbound.makeAsyncIterator(),
                channel: channel.channel
            )
            return try await body(&connection)
        }
    }

    func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

    /// Says that nothing more comes; what the server sends is still read.
    func finishSending() { outbound.finish() }

    /// Everything up to the server's end of the connection.
    mutating func readToEnd() async throws -> String {
        var text = ""
        while let part = try await inbound.next() { text += String(buffer: part) }
        return text
    }

    /// Reads until `mark` was seen.
    mutating func read(until mark: String) async throws -> String {
        var text = ""
        while !text.contains(mark), let part = try await inbound.next() { text += String(buffer: part) }
        return text
    }
}
