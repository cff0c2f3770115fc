import Bus
import Testing

@Suite struct AnnotationsTests {
    private func decode(_ text: String) throws(EnvelopeError) -> Annotations {
        var frame: [UInt8] = []
        do {
            frame = try Envelope(.heartbeat, annotations: [:]).encodedBytes() + Array(text.utf8)
        } catch {
            throw error
        }
        frame[66] = UInt8(text.utf8.count >> 8)
        frame[67] = UInt8(text.utf8.count & 0xFF)
        return try Envelope(decoding: frame).annotations
    }

    @Test func theyAreReadInAnyOrder() throws {
        #expect(try decode("id: 7\nbase-url:http://h:1\nempty:") == ["base-url": "http://h:1", "id": "7", "empty": ""])
    }

    @Test func whatIsSetLastCounts() {
        var annotations: Annotations = ["a": "1", "a": "2"]
        #expect(annotations["a"] == "2")
        annotations["a"] = nil
        #expect(annotations.isEmpty && annotations["a"] == nil)
    }

    @Test func mergingPrefersTheOther() {
        let merged = (["a": "1", "b": "2"] as Annotations).merging(["b": "3", "c": "4"])
        #expect(merged == ["a": "1", "b": "3", "c": "4"])
        #expect(merged.names == ["a", "b", "c"] && merged.count == 3)
        #expect(merged.description == "a: 1\nb: 3\nc: 4")
    }

    @Test(arguments: [
        "id", "ID: 7", ": 7", "a b: 7", "id: %", "id: %4", "id: %zz", "id: %ff", "id: 7\n", "id: 7\nid: 8",
    ])
    func whatIsNoAnnotationIsRefused(_ text: String) {
        #expect(throws: EnvelopeError.self) { try decode(text) }
    }

    @Test(arguments: ["Upper", "", "a b", "ü"])
    func aNameThatIsNoLowercaseTokenIsNotSent(_ name: String) {
        var annotations = Annotations()
        annotations[name] = "x"
        #expect(throws: EnvelopeError.self) { try Envelope(.heartbeat, annotations: annotations).encodedBytes() }
    }
}
