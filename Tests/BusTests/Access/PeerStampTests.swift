import Testing

@testable import Bus

@Suite struct PeerStampTests {
    private let stamp = PeerStamp.lines(name: "runner", roles: ["clerk", "reader"])

    @Test func theBrokersWordReplacesThePeers() throws {
        let request = Envelope(
            .request,
            service: "person",
            operation: "execute",
            correlation: 7,
            annotations: ["peer": "admin", "roles": "admin", "id": "5", "if-match": "\"3\""],
            body: Array("{}".utf8)
        )
        let stamped = try stamp(request)
        #expect(stamped.annotations == ["peer": "runner", "roles": "clerk,reader", "id": "5", "if-match": "\"3\""])
        var expected = request
        expected.annotations = stamped.annotations
        #expect(stamped == expected)
    }

    @Test func whoHasNoRolesCannotClaimAny() throws {
        let request = Envelope(.request, service: "person", annotations: ["roles": "admin"])
        #expect(try stamp(request, with: PeerStamp.lines(name: "x", roles: [])).annotations == ["peer": "x"])
        #expect(try stamp(request, with: PeerStamp.lines(name: "", roles: [])).annotations == [:])
    }

    @Test func aRequestWithoutAnnotationsGetsThem() throws {
        let stamped = try stamp(Envelope(.request, service: "person", body: [1, 2, 3]))
        #expect(stamped.annotations == ["peer": "runner", "roles": "clerk,reader"])
        #expect(stamped.body == [1, 2, 3])
    }

    @Test(arguments: [" roles: admin", "Roles: admin", "id: 5\n\troles: admin", "roles : admin", "\nid: 5", "id"])
    func whatAReceiverMightReadInAnotherWayIsRefused(annotations: String) {
        let bytes = Array(annotations.utf8)
        #expect(throws: EnvelopeError.self) { try bytes.withUnsafeBytes { try PeerStamp.replaced(in: $0, by: stamp) } }
    }

    @Test func aRequestThatTheStampMakesTooLongIsRefused() throws {
        let request = Envelope(
            .request,
            service: "s",
            annotations: ["x": String(repeating: "y", count: 65_500)]
        )
        #expect(throws: EnvelopeError.self) { try stamp(request) }
    }

    private func stamp(_ request: Envelope, with stamp: [UInt8]? = nil) throws -> Envelope {
        var frame = try request.encode()
        try PeerStamp.stamp(&frame, with: stamp ?? self.stamp)
        return try Envelope(decoding: frame)
    }
}
