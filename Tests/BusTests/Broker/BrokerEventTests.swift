import Bus
import JSON
import Support
import Testing
import ZeroMQ

/// Events through a real broker, and those of the broker itself.
@Suite(.timeLimit(.minutes(1))) struct BrokerEventTests {
    @Test func aSubscriptionIsConfirmedAndSeesWhatComesAfterIt() async throws {
        try await withTestBus(.tcp) { bus in
            let (publish, subscribe, context) = (bus.publishEndpoint, bus.subscribeEndpoint, bus.context)
            try await onSocketThread(named: "script") {
                let subscriber = try Socket(.sub, in: context)
                try subscriber.connect(subscribe)
                try subscriber.subscribe(to: "job.")
                try subscriber.subscribe(to: "~sync.1")
                let confirmation = try subscriber.receiveMultipart(within: .seconds(20))
                #expect(confirmation == [Array("~sync.1".utf8), Array(repeating: 0, count: 8), []])

                let publisher = try Socket(.xpub, in: context)
                try publisher.connect(publish)
                #expect(try publisher.receiveMultipart(within: .seconds(20)) == [[1]], "it wants everything")
                let frames = [Array("job.1".utf8), [0, 0, 0, 0, 0, 0, 0, 1], Array("{}".utf8)]
                try publisher.sendMultipart(["state.1", "x", "y"].map { Array($0.utf8) })
                try publisher.sendMultipart(frames)
                #expect(try subscriber.receiveMultipart(within: .seconds(20)) == frames)
            }
        }
    }

    @Test func workersThatComeAndGoAreEventsInOneSequence() async throws {
        try await withTestBus(.tcp) { bus in
            let (endpoint, subscribe, context) = (bus.endpoint, bus.subscribeEndpoint, bus.context)
            try await onSocketThread(named: "script") {
                let subscriber = try Socket(.sub, in: context)
                try subscriber.connect(subscribe)
                try subscriber.subscribe(to: "bus.worker")
                try subscriber.subscribe(to: "~sync.2")
                _ = try subscriber.receiveMultipart(within: .seconds(20))

                let worker = try RawPeer.worker(endpoint, in: context, service: "echo", credits: 2)
                try worker.send(Envelope(.goodbye, service: "echo"))
                _ = try worker.expect(.goodbye)
                var events: [Event] = []
                for _ in 1...2 {
                    let frames = try #require(try subscriber.receiveMultipart(within: .seconds(20)))
                    events.append(try Event(parsing: frames[2]))
                }
                #expect(events.map(\.type) == ["platform.worker.ready", "platform.worker.gone"])
                #expect(events.map(\.sequence) == [1, 2] && events.allSatisfy { $0.source.hasPrefix("/broker/") })
                #expect(events[0].data["service"] == "echo" && events[0].data["credits"] == 2)
                #expect(events[1].data["reason"] == "goodbye" && events[0].data["worker"] == events[1].data["worker"])
            }
        }
    }
}
