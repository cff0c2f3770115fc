import Bus
import Foundation
import Testing

/// The examples of `docs/protocol.md` are what the codec makes and reads.
@Suite struct ProtocolPageTests {
    private static let examples: [String: Envelope] = [
        "hello": Envelope(.heartbeat, correlation: 1),
        "ready": Envelope(.ready, service: "echo", credits: 2, body: Array(#"{"tags":["t"]}"#.utf8)),
        "request": Envelope(
            .request,
            flags: .repeatable,
            service: "echo",
            operation: "execute",
            correlation: 7,
            requestID: RequestID(high: 0x019a_0000_0000_7000, low: 0x8000_0000_0000_0001),
            timeLeft: 30_000,
            annotations: ["id": "7"],
            body: Array("hi".utf8)
        ),
        "reply": Envelope(.reply, status: .ok, correlation: 1 << 32, body: Array("hi".utf8)),
        "credit": Envelope(.credit, correlation: 7, credits: 8),
        "partial": Envelope(.partial, status: .ok, correlation: 7, body: Array("hi".utf8)),
        "heartbeat": Envelope(.heartbeat, service: "echo"),
        "goodbye": Envelope(.goodbye, service: "echo"),
    ]

    /// The blocks of the page that are marked as hexadecimal, by their names.
    private func blocks() throws -> [String: [UInt8]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        let page = try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8)
        var blocks: [String: [UInt8]] = [:]
        for part in page.components(separatedBy: "```hex ").dropFirst() {
            let lines = part.components(separatedBy: "```")[0].split(separator: "\n", maxSplits: 1)
            blocks[String(lines[0])] = bytes(hex: String(lines[1]))
        }
        return blocks
    }

    @Test func everyExampleIsWhatTheCodecMakes() throws {
        let blocks = try blocks()
        #expect(blocks.keys.sorted() == Self.examples.keys.sorted())
        for (name, envelope) in Self.examples {
            #expect(try envelope.encodedBytes() == blocks[name], "\(name)")
            #expect(try Envelope(decoding: try #require(blocks[name])) == envelope, "\(name)")
        }
    }
}
