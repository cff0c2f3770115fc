import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What a connection needs to be told in time: a body that does not come, a client that left, bytes that are no HTTP.
///
/// An answer that is written before its request was read to the end ends the connection: the rest is thrown away
/// for a moment, because a socket closed with unread bytes resets the connection and the client may lose the answer.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let connection: Connection
    private let configuration: GatewayConfiguration
    private var requestIsOpen = false
    private var hasGivenUp = false
    private var answersDue = 0
    private var endsWithThisAnswer = false
    private var isEnding = false
    private var bodyTimer: Scheduled<Void>?

    /// How long a client that has closed its side is taken for one that still reads.
    private static let grace = TimeAmount.seconds(1)

    init(_ connection: Connection, configuration: GatewayConfiguration) {
        self.connection = connection
        self.configuration = configuration
    }

    // MARK: From the client

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isEnding { return discard(unwrapInboundIn(data), context) }
        switch unwrapInboundIn(data) {
        case .head:
            requestIsOpen = true
            answersDue += 1
        case .body: break
        case .end:
            requestIsOpen = false
            stopBodyTimer()
        }
        context.fireChannelRead(data)
    }

    /// A body that came with its head needs no timer.
    func channelReadComplete(context: ChannelHandlerContext) {
        if requestIsOpen, bodyTimer == nil, !isEnding { startBodyTimer(context) }
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputClosed(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopBodyTimer()
        connection.clientLeft()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopBodyTimer() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isEnding, answersDue == 0, let refusal = Refusal(unreadable: error) else {
            return giveUpReading(context, error)
        }
        let answer = Answer(refusal, instance: nil, acceptsProblem: false)
        var head = HTTPResponse(status: answer.status, headerFields: answer.fields)
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if case .bytes(let bytes) = answer.body { context.write(wrapOutboundOut(.body(bytes)), promise: nil) }
        context.write(wrapOutboundOut(.end(nil)), promise: nil)
        end(context)
    }

    // MARK: To the client

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head) where head.status.kind != .informational:
            endsWithThisAnswer = requestIsOpen || head.headerFields[.connection] == "close"
            if endsWithThisAnswer { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            answersDue -= 1
            context.write(data, promise: promise)
            if endsWithThisAnswer { end(context) }
        default: context.write(data, promise: promise)
        }
    }

    // MARK: Ending

    /// Ends the connection once the client has sent what it has begun, or its time for that is over.
    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        stopBodyTimer()
        context.flush()
        if !requestIsOpen || hasGivenUp { context.close(mode: .output, promise: nil) }
        after(TimeAmount(configuration.lingerTimeout), context) { $0.close(promise: nil) }
    }

    /// Whoever reads the request is told, and nothing more of it is waited for.
    private func giveUpReading(_ context: ChannelHandlerContext, _ error: any Error) {
        hasGivenUp = true
        context.fireErrorCaught(error)
    }

    private func discard(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .end = part { context.close(promise: nil) }
    }

    /// A client that has nothing more to send may still read; one that closed both ways looks the same for now.
    private func inputClosed(_ context: ChannelHandlerContext) {
        if isEnding { return context.close(promise: nil) }
        guard answersDue > 0 else { return }
        let connection = connection
        after(Self.grace, context) { _ in connection.clientLeft() }
    }

    // MARK: Timers

    private func startBodyTimer(_ context: ChannelHandlerContext) {
        let limit = configuration.bodyTimeout
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        bodyTimer = after(TimeAmount(limit), context) { context in
            bound.value.giveUpReading(context, Refusal.bodyTooSlow(after: limit))
        }
    }

    private func stopBodyTimer() {
        bodyTimer?.cancel()
        bodyTimer = nil
    }

    @discardableResult
    private func after(
        _ delay: TimeAmount,
        _ context: ChannelHandlerContext,
        _ body: @escaping @Sendable (ChannelHandlerContext) -> Void
    ) -> Scheduled<Void> {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        return context.eventLoop.scheduleTask(in: delay) { body(bound.value) }
    }
}

extension Refusal {
    /// The answer to bytes that are no HTTP request; nil when the error is none of the parser's.
    init?(unreadable error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            self.init(status: .requestHeaderFieldsTooLarge, sentence: "The request's head is too large")
        case let error as HTTPParserError:
            self.init(status: .badRequest, sentence: "The request is malformed HTTP: \(error)")
        case let error as HTTP1TypeConversionError:
            self.init(status: .badRequest, sentence: "The request is malformed HTTP: \(error)")
        default: return nil
        }
    }
}
