import Bus
import Support
import Testing

/// How a client goes from one broker to another, frame by frame.
@Suite(.timeLimit(.minutes(1))) struct BusClientFailoverTests {
    @Test func aBrokerThatFallsSilentIsLeftAfterThreeHeartbeats() async throws {
        try await withClient(
            heartbeat: .milliseconds(200),
            scripts: [
                { broker in
                    try broker.greet()
                    _ = try broker.expect(.request)
                    // It goes on reading and says nothing more: the client's connection stands until it gives up.
                    _ = try broker.expect(.heartbeat)
                },
                { broker in
                    try broker.greet()
                    let (peer, again) = try broker.expect(.request)
                    #expect(again.flags == [.repeatable, .repeated])
                    try broker.send(Envelope(.reply, status: .ok, correlation: again.correlation), to: peer)
                },
            ]
        ) { client in
            let reply = try await client.request("a", "b", within: .seconds(50), repeatable: true)
            #expect(reply.status == .ok)
            #expect(client.statistics.failovers == 1)
        }
    }

    @Test func whatALeavingBrokerDidNotTakeGoesToTheNextAsIfForTheFirstTime() async throws {
        let reply = try await withClient(scripts: [
            { broker in
                try broker.greet()
                let (peer, request) = try broker.expect(.request)
                try broker.send(Envelope(.goodbye, status: .serviceUnavailable), to: peer)
                var refusal = Envelope(
                    .reply,
                    flags: .fromBroker,
                    status: .serviceUnavailable,
                    correlation: request.correlation
                )
                refusal.annotations["retry-after"] = "1"
                try broker.send(refusal, to: peer)
            },
            { broker in
                try broker.greet()
                let (peer, request) = try broker.expect(.request)
                #expect(request.flags.isEmpty)
                try broker.send(Envelope(.reply, status: .ok, correlation: request.correlation, body: [2]), to: peer)
            },
        ]) { client in
            try await client.request("a", "b", within: .seconds(50))
        }
        #expect(reply.body == [2])
    }

    @Test func aBrokerThatAnswersTheFirstQuestionByAGoodbyeIsPassedOver() async throws {
        try await withClient(scripts: [
            { broker in
                let (peer, _) = try broker.expect(.heartbeat)
                try broker.send(Envelope(.goodbye, status: .serviceUnavailable), to: peer)
            },
            { broker in
                try broker.greet()
                try broker.answerRequest()
            },
        ]) { client in
            let reply = try await client.request("a", "b", within: .seconds(50))
            #expect(reply.status == .ok)
            #expect(client.statistics.failovers == 0)
        }
    }

    @Test func aCancelledRequestIsTakenBackFromTheBrokerThatHasIt() async throws {
        let isParked = Recorder<Bool>()
        try await withClient(scripts: [
            { broker in
                try broker.greet()
                let (peer, request) = try broker.expect(.request)
                try broker.send(Envelope(.goodbye, status: .serviceUnavailable), to: peer)
                let (_, cancel) = try broker.expect(.cancel)
                #expect(cancel.correlation == request.correlation)
            },
            { broker in
                try broker.greet()
                try broker.answerRequest()
                isParked.record(true)
            },
        ]) { client in
            let old = Task { try await client.request("a", "old", within: .seconds(50)) }
            while client.statistics.failovers == 0 { await Task.yield() }
            let new = try await client.request("a", "new", within: .seconds(50))
            #expect(new.status == .ok)
            try await isParked.wait(forCount: 1)
            old.cancel()
            await #expect(throws: BusError.self) { try await old.value }
        }
    }
}
