import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct SocketMonitorTests {
    @Test func connectingAndLosingAPeerIsSeen() throws {
        let context = Context()
        let client = try Socket(.dealer, in: context)
        let monitor = try SocketMonitor(of: client)
        do {
            let server = try Socket.bound(.router, in: context, over: .tcp)
            try client.connect(server.lastEndpoint)
            let connected = try #require(try first(.connected, of: monitor))
            #expect(try connected.endpoint == server.lastEndpoint.description)
            #expect(try first(.handshakeSucceeded, of: monitor) != nil)
        }
        #expect(try first(.disconnected, of: monitor) != nil)
    }

    @Test func aServerSeesWhoIsAccepted() throws {
        let context = Context()
        let server = try Socket(.router, in: context)
        let monitor = try SocketMonitor(of: server)
        try server.bind(.tcp(anyPortOf: "127.0.0.1"))
        let client = try Socket.connected(.dealer, to: server, in: context)
        let events = try [first(.listening, of: monitor), first(.accepted, of: monitor)]
        #expect(try events.map { $0?.endpoint } == Array(repeating: server.lastEndpoint.description, count: 2))
        try client.sendMultipart([[1]])
    }

    @Test func theEndOfTheSocketIsTheLastEvent() throws {
        let context = Context()
        let monitor = try watchASocketThatCloses(in: context)
        #expect(try first(.monitorStopped, of: monitor) != nil)
        #expect(try monitor.next(within: .zero) == nil)
    }

    private func watchASocketThatCloses(in context: Context) throws -> SocketMonitor {
        let socket = try Socket(.dealer, in: context)
        return try SocketMonitor(of: socket)
    }

    private func first(_ kind: SocketEvent.Kind, of monitor: borrowing SocketMonitor) throws -> SocketEvent? {
        while let event = try monitor.next(within: nil) {
            if event.kind == kind { return event }
        }
        return nil
    }
}
