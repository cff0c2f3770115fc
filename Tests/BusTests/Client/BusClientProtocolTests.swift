import Bus
import Testing

/// What a client says to a broker, frame by frame, and what it makes of the answers.
@Suite(.timeLimit(.minutes(1))) struct BusClientProtocolTests {
    private func failure(of body: () async throws -> Reply) async throws -> BusError {
        try #require(await #expect(throws: BusError.self) { try await body() })
    }

    @Test func aRequestTellsEverythingTheCallerSaid() async throws {
        let id = RequestID()
        let trace = TraceContext()
        let reply = try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            #expect(request.service == "text")
            #expect(request.operation == "execute")
            #expect(request.annotations == ["id": "7"])
            #expect(request.body == [1, 2, 3])
            #expect(request.requestID == id)
            #expect(request.flags == .repeatable)
            #expect(request.priority == 9)
            #expect(request.trace == trace)
            #expect((1...5000).contains(request.timeLeft))
            try broker.send(
                Envelope(
                    .reply,
                    status: .created,
                    correlation: request.correlation,
                    annotations: ["etag": "1"],
                    body: [9]
                ),
                to: peer
            )
        } _: { client in
            try await client.request(
                "text",
                "execute",
                body: [1, 2, 3],
                annotations: ["id": "7"],
                within: .seconds(5),
                repeatable: true,
                requestID: id,
                priority: 9,
                trace: trace
            )
        }
        #expect(reply.status == .created)
        #expect(reply.annotations == ["etag": "1"])
        #expect(reply.body == [9])
    }

    @Test(arguments: [
        (Status.serviceUnavailable, nil, BusError.Code.noWorker), (.serviceUnavailable, "3", .overloaded),
        (.gatewayTimeout, nil, .timedOut), (.badGateway, nil, .workerLost), (.contentTooLarge, nil, .tooLarge),
        (.badRequest, nil, .protocolViolation), (.forbidden, nil, .forbidden),
    ])
    func whatTheBrokerAnswersForAServiceIsAnError(_ status: Status, _ wait: String?, _ code: BusError.Code) async throws
    {
        let error: BusError = try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            var reply = Envelope(.reply, flags: .fromBroker, status: status, correlation: request.correlation)
            reply.annotations["retry-after"] = wait
            reply.body = Problem(status, "That is why.").bytes
            try broker.send(reply, to: peer)
        } _: { client in
            try await failure { try await client.request("text", "execute") }
        }
        #expect(error.code == code)
        #expect(error.message == "text execute: That is why.")
        #expect(error.retryAfter == (wait == nil ? nil : .seconds(3)))
    }

    @Test func aServicesOwnFailureIsAReply() async throws {
        let reply = try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            try broker.send(
                Envelope(.reply, status: .serviceUnavailable, correlation: request.correlation),
                to: peer
            )
        } _: { client in
            try await client.request("text", "execute")
        }
        #expect(reply.status == .serviceUnavailable)
    }

    @Test func cancellingTheTaskCancelsTheRequest() async throws {
        try await withClient { broker in
            try broker.greet()
            let (_, request) = try broker.expect(.request)
            let (_, cancel) = try broker.expect(.cancel)
            #expect(cancel.correlation == request.correlation)
        } _: { client in
            let task = Task { try await client.request("text", "execute", within: .seconds(600)) }
            while client.statistics.requestsSent == 0 { await Task.yield() }
            task.cancel()
            let failure = try await self.failure { try await task.value }
            #expect(failure.code == .cancelled)
        }
    }

    @Test func aPassedDeadlineCancelsTheRequestAndDropsTheLateReply() async throws {
        try await withClient { broker in
            try broker.greet()
            try broker.answerRequest()
            let (peer, late) = try broker.expect(.request)
            let (_, cancel) = try broker.expect(.cancel)
            #expect(cancel.correlation == late.correlation)
            try broker.send(Envelope(.reply, status: .ok, correlation: late.correlation, body: [1]), to: peer)
            let (_, next) = try broker.expect(.request)
            #expect(next.correlation != late.correlation)
            try broker.send(Envelope(.reply, status: .ok, correlation: next.correlation, body: [2]), to: peer)
        } _: { client in
            _ = try await client.request("a", "b")
            let failure = try await self.failure { try await client.request("a", "b", within: .milliseconds(50)) }
            #expect(failure.code == .timedOut)
            #expect(try await client.request("a", "b").body == [2])
            #expect(client.statistics.repliesDropped == 1)
        }
    }

    @Test func aSilentBrokerIsLeftAndWhatMayBeRepeatedIsSentAgain() async throws {
        try await withClient(heartbeat: .milliseconds(400)) { broker in
            try broker.greet()
            let requests = [try broker.expect(.request).envelope, try broker.expect(.request).envelope]
            // It is silent from here on; the client comes back on another connection.
            try broker.greetNewcomer()
            let (peer, again) = try broker.expect(.request)
            #expect(again.flags == [.repeatable, .repeated])
            #expect(requests.map(\.requestID).contains(again.requestID))
            try broker.send(Envelope(.reply, status: .ok, correlation: again.correlation), to: peer)
        } _: { client in
            async let once = self.failure { try await client.request("a", "once", within: .seconds(600)) }
            async let again = client.request("a", "again", within: .seconds(600), repeatable: true)
            let (failure, reply) = try await (once, again)
            #expect(failure.code == .workerLost)
            #expect(failure.code.mayHaveRun)
            #expect(reply.status == .ok)
            #expect(client.statistics.connectionsLost >= 1)
        }
    }

    @Test func whatWasLostAndThenNotTakenMayHaveRun() async throws {
        try await withClient { broker in
            for _ in 1...2 {
                try broker.greetNewcomer()
                let (peer, _) = try broker.expect(.request)
                try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            }
            try broker.greetNewcomer()
            let (peer, request) = try broker.expect(.request)
            let none = Envelope(
                .reply,
                flags: .fromBroker,
                status: .serviceUnavailable,
                correlation: request.correlation
            )
            try broker.send(none, to: peer)
        } _: { client in
            let failure = try await self.failure {
                try await client.request("a", "b", within: .seconds(600), repeatable: true)
            }
            #expect(failure.code == .workerLost)
            #expect((failure.cause as? BusError)?.code == .noWorker)
        }
    }

    @Test func whatWasLostAndNotSentAgainInTimeMayHaveRun() async throws {
        try await withClient { broker in
            try broker.greet()
            try broker.answerRequest()
            let (peer, _) = try broker.expect(.request)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            _ = try broker.expect(.heartbeat)
        } _: { client in
            _ = try await client.request("a", "b")
            let failure = try await self.failure {
                try await client.request("a", "b", within: .seconds(1), repeatable: true)
            }
            #expect(failure.code == .timedOut)
        }
    }

    @Test func anIdleClientSaysThatItIsAlive() async throws {
        try await withClient(heartbeat: .milliseconds(50)) { broker in
            try broker.greet()
            let (_, heartbeat) = try broker.expect(.heartbeat)
            #expect(heartbeat.correlation == 0)
            #expect(heartbeat.service.isEmpty)
        } _: { _ in
        }
    }

    @Test func garbageFromTheBrokerHarmsNobody() async throws {
        let reply = try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            for bytes: [UInt8] in [[], [0], Array(repeating: 0xFF, count: 100), Array("CSB1".utf8)] {
                try broker.sendRaw(bytes, to: peer)
            }
            try broker.send(Envelope(.partial, correlation: request.correlation), to: peer)
            try broker.send(Envelope(.reply, status: .ok, correlation: 0xFFFF_FFFF_FFFF_FFFF), to: peer)
            try broker.send(Envelope(.reply, status: .ok, correlation: request.correlation), to: peer)
        } _: { client in
            try await client.request("a", "b")
        }
        #expect(reply.status == .ok)
    }

    @Test func aRequestThatFitsNoFrameIsRefused() async throws {
        try await withClient { broker in
            try broker.greet()
        } _: { client in
            let name = String(repeating: "x", count: 256)
            let failure = try await self.failure { try await client.request(name, "b") }
            #expect(failure.code == .protocolViolation)
        }
    }
}
