import Testing

@testable import Bus

/// The frames of RFC 18/MDP and RFC 7/MDP, byte by byte.
struct MajordomoMessageTests {
    private static let two = MajordomoDialect(version: .two, hasDelimiter: false)
    private static let one = MajordomoDialect(version: .one, hasDelimiter: true)
    private static let address: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 2]

    private func read(_ frames: [UInt8]...) -> MajordomoMessage? { MajordomoMessage(frames) }

    @Test func whatClientsAndWorkersOfVersion02SayIsRead() {
        let (client, worker) = ([UInt8]("MDPC02".utf8), [UInt8]("MDPW02".utf8))
        let echo = [UInt8]("echo".utf8)
        let request = read(client, [1], echo, [7], [], [8, 9])
        #expect(request?.dialect == Self.two)
        #expect(request?.content == .request(service: echo, body: [[7], [], [8, 9]]))
        #expect(read(worker, [1], echo)?.content == .ready(service: echo))
        #expect(read(worker, [3], Self.address, [], [5])?.content == .partial(correlation: 258, body: [[5]]))
        #expect(read(worker, [4], Self.address, [], [5], [6])?.content == .final(correlation: 258, body: [[5], [6]]))
        #expect(read(worker, [5])?.content == .heartbeat)
        #expect(read(worker, [6])?.content == .disconnect)
    }

    @Test func whatClientsAndWorkersOfVersion01SayIsRead() {
        let (client, worker) = ([UInt8]("MDPC01".utf8), [UInt8]("MDPW01".utf8))
        let echo = [UInt8]("echo".utf8)
        let request = read([], client, echo, [7])
        #expect(request?.dialect == Self.one)
        #expect(request?.content == .request(service: echo, body: [[7]]))
        #expect(read([], worker, [1], echo)?.content == .ready(service: echo))
        #expect(read([], worker, [3], Self.address, [], [5])?.content == .final(correlation: 258, body: [[5]]))
        #expect(read([], worker, [4])?.content == .heartbeat)
        #expect(read([], worker, [5])?.content == .disconnect)
        #expect(read([], worker, [6])?.content == .badWorker)
    }

    @Test func anEmptyFrameFirstIsTheDelimiterOfAREQ() {
        let message = read([], Array("MDPC02".utf8), [1], [0x61], [7])
        #expect(message?.dialect == MajordomoDialect(version: .two, hasDelimiter: true))
        #expect(message?.content == .request(service: [0x61], body: [[7]]))
    }

    @Test func whatTheProtocolDoesNotHaveIsToldFromWhatIsNotOfIt() {
        let (client, worker) = ([UInt8]("MDPC02".utf8), [UInt8]("MDPW02".utf8))
        #expect(read(client, [2], [0x61], [7])?.content == .badClient)
        #expect(read(client, [1])?.content == .badClient)
        #expect(read(client, [1], [0x0A], [7])?.content == .badClient, "a control character is in no name")
        #expect(read(client, [1], Array(repeating: 0x61, count: 256), [7])?.content == .badClient)
        #expect(read(worker)?.content == .badWorker)
        #expect(read(worker, [2], Self.address, [], [1])?.content == .badWorker, "workers request nothing")
        #expect(read(worker, [9])?.content == .badWorker)
        #expect(read(worker, [4, 0])?.content == .badWorker)
        #expect(
            read(worker, [4], [1, 2, 3], [], [5])?.content == .badWorker,
            "an address that the broker did not give"
        )
        #expect(read(worker, [4], Self.address, [1], [5])?.content == .badWorker)
        #expect(read(worker, [1], [0x61], [0x62])?.content == .badWorker)
        #expect(read(Array("MDPC03".utf8), [1], [0x61], [7]) == nil)
        #expect(read([], []) == nil)
        #expect(read(Array("CSB1".utf8), [1]) == nil)
    }

    @Test func whatTheBrokerSaysLooksLikeThisOnTheWire() {
        let (client, worker) = ([UInt8]("MDPC02".utf8), [UInt8]("MDPW02".utf8))
        #expect(Self.two.request(258, body: [[1], []]) == [worker, [2], Self.address, [], [1], []])
        #expect(Self.two.command(.heartbeat) == [worker, [5]])
        #expect(Self.two.command(.disconnect) == [worker, [6]])
        #expect(Self.two.answer(of: [0x61], body: [[1]], isFinal: false) == [client, [2], [0x61], [1]])
        #expect(Self.two.answer(of: [0x61], body: [[1]], isFinal: true) == [client, [3], [0x61], [1]])
        let (oldClient, oldWorker) = ([UInt8]("MDPC01".utf8), [UInt8]("MDPW01".utf8))
        #expect(Self.one.request(258, body: [[1]]) == [[], oldWorker, [2], Self.address, [], [1]])
        #expect(Self.one.command(.heartbeat) == [[], oldWorker, [4]])
        #expect(Self.one.command(.disconnect) == [[], oldWorker, [5]])
        #expect(Self.one.answer(of: [0x61], body: [[1]], isFinal: false) == nil)
        #expect(Self.one.answer(of: [0x61], body: [[1]], isFinal: true) == [[], oldClient, [0x61], [1]])
    }

    @Test(arguments: [[[1, 2]], [[]], [[1], [2, 3]], [[], []], [[], [1], [], [2, 3], []]] as [[[UInt8]]])
    func framesComeBackAsTheyWent(_ frames: [[UInt8]]) {
        let (body, annotations) = MajordomoBody.joined(frames)
        #expect(body == Array(frames.joined()))
        #expect(annotations.isEmpty == (frames.count == 1))
        #expect(MajordomoBody.frames(of: Envelope(.reply, annotations: annotations, body: body)) == frames)
    }

    @Test(arguments: ["", "1", "4", "1,3", "-1,3", "1,,1", "x,2", "9999999999999999999999,1", "2,1,0,"])
    func lengthsThatDoNotFitLeaveOneFrame(_ lengths: String) {
        let envelope = Envelope(.request, annotations: [MajordomoBody.framesAnnotation: lengths], body: [1, 2])
        #expect(MajordomoBody.frames(of: envelope) == [[1, 2]])
    }
}
