import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Hummingbird's HTTP/1 channel with a ``Connection`` beside it that each request is answered on.
struct GatewayChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let http: HTTP1Channel
        let parts: HTTP1Channel.Value
        let connection: Connection
        var channel: any Channel { parts.channel }
    }

    let responder: GatewayResponder
    let configuration: GatewayConfiguration
    let open = OpenConnections()

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let connection = Connection(channel)
        let http = HTTP1Channel(
            responder: { [responder] request, writer, _ in
                try await responder.respond(to: request, with: writer, on: connection)
            },
            configuration: channelConfiguration(for: connection)
        )
        return http.setup(channel: channel, logger: logger).map { Value(http: http, parts: $0, connection: connection) }
    }

    func handle(value: Value, logger: Logger) async {
        await open.answering(value.connection.isAnswered(by:)) {
            await value.http.handle(value: value.parts, logger: logger)
        }
    }

    private func channelConfiguration(for connection: Connection) -> HTTP1Channel.Configuration {
        let configuration = configuration
        let limit = configuration.headLimit
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionHandler(connection, configuration: configuration)],
            idleTimeout: TimeAmount(configuration.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limit,
                maxHeaderListSize: limit,
                maxHeaderFieldCount: 200
            )
        )
    }
}
