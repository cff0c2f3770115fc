import Bus
import Testing
import ZeroMQ

/// Pins the wire: a change to one of these is a change to the protocol.
@Suite struct EnvelopeWireTests {
    @Test func aRequestLooksLikeThisOnTheWire() throws {
        let request = Envelope(
            .request,
            flags: .repeatable,
            service: "echo",
            operation: "execute",
            correlation: 7,
            requestID: RequestID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001),
            timeLeft: 30_000,
            priority: 5,
            trace: TraceContext(
                traceID: .init(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c),
                spanID: 0xb7ad_6b71_6920_3331,
                flags: 1
            ),
            annotations: ["id": "50%"],
            body: [0xCA, 0xFE]
        )
        let frame = bytes(
            hex: """
                43534231 01 01 0000 0000000000000007 0190000000007000 8000000000000001
                00007530 05 04 07 01 0af7651916cd43dd 8448eb211c80319c b7ad6b7169203331
                0000 0009 00000002
                6563686f 65786563757465 69643a20353025 3235 cafe
                """
        )
        #expect(try request.encodedBytes() == frame)
        #expect(try request.encode().bytes() == frame)
        #expect(try Envelope(decoding: frame) == request)
    }

    @Test func aReadyLooksLikeThisOnTheWire() throws {
        let ready = Envelope(.ready, service: "echo", correlation: 1, credits: 256, body: Array("{}".utf8))
        let frame = bytes(
            hex: """
                43534231 04 00 0000 0000000000000001 0000000000000000 0000000000000000
                00000000 04 04 00 00 0000000000000000 0000000000000000 0000000000000000
                0100 0000 00000002
                6563686f 7b7d
                """
        )
        #expect(try ready.encodedBytes() == frame)
        #expect(try Envelope(decoding: frame) == ready)
    }

    @Test(arguments: Envelope.Kind.allCases)
    func everyKindComesBackAsItWas(_ kind: Envelope.Kind) throws {
        let envelope = Envelope(
            kind,
            flags: [.fromBroker, .repeated],
            status: .notFound,
            service: "größe",
            operation: "",
            correlation: .max,
            requestID: RequestID(),
            timeLeft: .max,
            priority: 9,
            credits: .max,
            trace: TraceContext(),
            annotations: ["a": "", "b": " two\nlines % \u{7F}"],
            body: Array(repeating: 0xA5, count: 100_000)
        )
        #expect(try Envelope(decoding: envelope.encodedBytes()) == envelope)
    }

    @Test func aViewReadsWhatTheFrameSays() throws {
        let id = RequestID()
        let envelope = Envelope(
            .reply,
            flags: .fromBroker,
            status: 503,
            service: "a",
            operation: "bc",
            correlation: 99,
            requestID: id,
            timeLeft: 12,
            credits: 3,
            annotations: ["x": "y"],
            body: [1, 2, 3]
        )
        try envelope.encode().withUnsafeBytes { frame in
            let view = try EnvelopeView(frame)
            #expect(view.kind == .reply && view.flags == .fromBroker && view.status == .serviceUnavailable)
            #expect(view.correlation == 99 && view.requestID == id && view.timeLeft == 12 && view.credits == 3)
            #expect(view.priority == Envelope.defaultPriority && view.trace == nil)
            #expect(Array(view.service) == Array("a".utf8) && Array(view.operation) == Array("bc".utf8))
            #expect(Array(view.annotations) == Array("x: y".utf8) && Array(view.body) == [1, 2, 3])
        }
    }

    @Test func aPatchChangesOneFieldAndNothingElse() throws {
        let envelope = Envelope(.request, service: "s", operation: "o", correlation: 1, timeLeft: 5, body: [9])
        var message = try envelope.encode()
        message.withUnsafeMutableBytes { frame in
            EnvelopePatch.setCorrelation(42, in: frame)
            EnvelopePatch.setTimeLeft(3, in: frame)
            EnvelopePatch.insert([.repeated, .fromBroker], in: frame)
            EnvelopePatch.remove(.fromBroker, in: frame)
        }
        var expected = envelope
        expected.correlation = 42
        expected.timeLeft = 3
        expected.flags = .repeated
        #expect(try Envelope(decoding: message) == expected)
    }
}
