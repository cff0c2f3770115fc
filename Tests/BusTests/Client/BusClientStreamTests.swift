import Bus
import Support
import Testing

/// What a client says to a broker about a reply in parts, and what it makes of the parts.
@Suite(.timeLimit(.minutes(1))) struct BusClientStreamTests {
    private func bodies(of stream: ReplyStream) async throws -> [[UInt8]] {
        var bodies: [[UInt8]] = []
        for try await part in stream { bodies.append(part.body) }
        return bodies
    }

    private func failure(of body: () async throws -> Void) async throws -> BusError {
        try #require(await #expect(throws: BusError.self) { try await body() })
    }

    @Test func partsComeInOrderAndTheFinalReplyAfterThem() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            #expect(request.credits == 16)
            for number in 1...3 as ClosedRange<UInt8> { try broker.sendPart([number], of: request, to: peer) }
            try broker.send(Envelope(.reply, status: .created, correlation: request.correlation, body: [9]), to: peer)
        } _: { client async throws in
            let stream = client.stream("rows", "list")
            #expect(try await bodies(of: stream) == [[1], [2], [3]])
            let final = try await stream.final
            #expect(final.status == .created)
            #expect(final.body == [9])
            #expect(client.statistics.requestsInFlight == 0)
        }
    }

    @Test func aPlainRequestTakesNoPartsAndAStreamNeedsNone() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, plain) = try broker.expect(.request)
            #expect(plain.credits == 0)
            try broker.send(Envelope(.reply, status: .ok, correlation: plain.correlation), to: peer)
            try broker.answerRequest()
        } _: { client async throws in
            #expect(try await client.request("a", "b").status == .ok)
            let stream = client.stream("a", "b")
            #expect(try await bodies(of: stream).isEmpty)
            #expect(try await stream.final.status == .ok)
        }
    }

    @Test func moreIsGrantedWheneverHalfTheWindowWasTaken() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            #expect(request.credits == 4)
            for number in 0..<40 as Range<UInt8> {
                if number >= 4, number % 2 == 0 {
                    let (_, credit) = try broker.expect(.credit)
                    #expect(credit.correlation == request.correlation)
                    #expect(credit.credits == 2)
                }
                try broker.sendPart([number], of: request, to: peer)
            }
            try broker.send(Envelope(.reply, status: .ok, correlation: request.correlation), to: peer)
        } _: { client async throws in
            let stream = client.stream("rows", "list", window: 4)
            #expect(try await bodies(of: stream) == (0..<40).map { [$0] })
        }
    }

    @Test func whoeverDoesNotTakeIsSentNoMoreThanTheWindow() async throws {
        let isRead = Recorder<Bool>()
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            for number in 0..<3 as Range<UInt8> { try broker.sendPart([number], of: request, to: peer) }
            let (_, cancel) = try broker.expect(.cancel)
            #expect(cancel.correlation == request.correlation)
        } _: { client async throws in
            let stream = client.stream("rows", "list", window: 2)
            while client.statistics.requestsInFlight > 0 { await Task.yield() }
            let error = try await failure {
                for try await _ in stream { isRead.record(true) }
            }
            #expect(error.code == .partsNotGranted)
            #expect(error.code.mayHaveRun)
            #expect(isRead.elements.count == 2)
        }
    }

    @Test func leavingTheLoopCancelsTheRequest() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            try broker.sendPart([1], of: request, to: peer)
            let (_, cancel) = try broker.expect(.cancel)
            #expect(cancel.correlation == request.correlation)
        } _: { client async throws in
            let stream = client.stream("rows", "list", within: .seconds(600))
            for try await _ in stream { break }
            let error = try await failure { _ = try await stream.final }
            #expect(error.code == .cancelled)
        }
    }

    @Test func aStreamThatNobodyKeepsIsCancelled() async throws {
        try await withClient { broker in
            try broker.greet()
            let (_, request) = try broker.expect(.request)
            #expect(try broker.expect(.cancel).envelope.correlation == request.correlation)
        } _: { client async throws in
            var stream: ReplyStream? = client.stream("rows", "list", within: .seconds(600))
            while client.statistics.requestsSent == 0 { await Task.yield() }
            #expect(stream != nil)
            stream = nil
        }
    }

    @Test func cancellingTheTaskThatReadsCancelsTheRequest() async throws {
        let parts = Recorder<[UInt8]>()
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            try broker.sendPart([1], of: request, to: peer)
            #expect(try broker.expect(.cancel).envelope.correlation == request.correlation)
        } _: { client async throws in
            let task = Task {
                for try await part in client.stream("rows", "list", within: .seconds(600)) { parts.record(part.body) }
            }
            try await parts.wait(forCount: 1)
            task.cancel()
            let error = try await failure { try await task.value }
            #expect(error.code == .cancelled)
        }
    }

    @Test func aStreamThatHasBegunIsNotRepeatedWhenItsConnectionIsLost() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            try broker.sendPart([1], of: request, to: peer)
            try broker.send(Envelope(.goodbye, status: .gone), to: peer)
            try broker.greetNewcomer()
            try broker.answerRequest()
        } _: { client async throws in
            let stream = client.stream("rows", "list", within: .seconds(600), repeatable: true)
            let error = try await failure { _ = try await bodies(of: stream) }
            #expect(error.code == .workerLost)
            #expect(try await client.request("another", "b").status == .ok)
        }
    }

    @Test func aStreamThatHasNotBegunIsRepeatedWithItsWindow() async throws {
        try await withClient { broker in
            try broker.greet()
            let (old, first) = try broker.expect(.request)
            try broker.send(Envelope(.goodbye, status: .gone), to: old)
            try broker.greetNewcomer()
            let (peer, again) = try broker.expect(.request)
            #expect(again.flags == [.repeatable, .repeated])
            #expect(again.requestID == first.requestID)
            #expect(again.credits == 3)
            try broker.sendPart([1], of: again, to: peer)
            try broker.send(Envelope(.reply, status: .ok, correlation: again.correlation), to: peer)
        } _: { client async throws in
            let stream = client.stream("rows", "list", within: .seconds(600), repeatable: true, window: 3)
            #expect(try await bodies(of: stream) == [[1]])
        }
    }

    @Test func theDeadlineIsTheWholeStreams() async throws {
        try await withClient { broker in
            try broker.greet()
            try broker.answerRequest()
            let (peer, request) = try broker.expect(.request)
            try broker.sendPart([1], of: request, to: peer)
            #expect(try broker.expect(.cancel).envelope.correlation == request.correlation)
        } _: { client async throws in
            _ = try await client.request("a", "b")
            let stream = client.stream("rows", "list", within: .milliseconds(300))
            let error = try await failure { _ = try await bodies(of: stream) }
            #expect(error.code == .timedOut)
        }
    }

    @Test func whatTheBrokerAnswersForAServiceIsAnError() async throws {
        try await withClient { broker in
            try broker.greet()
            let (peer, request) = try broker.expect(.request)
            try broker.send(
                Envelope(.reply, flags: .fromBroker, status: .serviceUnavailable, correlation: request.correlation),
                to: peer
            )
        } _: { client async throws in
            let error = try await failure { _ = try await bodies(of: client.stream("rows", "list")) }
            #expect(error.code == .noWorker)
        }
    }
}

extension ScriptedBroker {
    fileprivate func sendPart(_ body: [UInt8], of request: Envelope, to peer: [UInt8]) throws {
        try send(Envelope(.partial, status: .ok, correlation: request.correlation, body: body), to: peer)
    }
}
