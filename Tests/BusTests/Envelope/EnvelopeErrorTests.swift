import Bus
import Testing

@Suite struct EnvelopeErrorTests {
    private let good: [UInt8]

    init() throws {
        good = try Envelope(.request, service: "echo", operation: "execute", body: [1, 2]).encodedBytes()
    }

    private func error(_ change: (inout [UInt8]) -> Void) -> EnvelopeError? {
        var frame = good
        change(&frame)
        do throws(EnvelopeError) {
            _ = try Envelope(decoding: frame)
            return nil
        } catch {
            return error
        }
    }

    @Test func aFrameThatIsShorterThanAHeaderIsRefused() {
        #expect(error { $0 = [] } == .tooShort(0))
        #expect(error { $0.removeLast($0.count - 71) } == .tooShort(71))
    }

    @Test func anotherProtocolOrVersionIsRefused() {
        #expect(error { $0[3] = 0x32 } == .unknownProtocol)
    }

    @Test func anUnknownKindIsRefused() {
        #expect(error { $0[4] = 0 } == .unknownKind(0))
        #expect(error { $0[4] = 9 } == .unknownKind(9))
    }

    @Test func lengthsThatDoNotAddUpAreRefused() {
        #expect(error { $0.append(0) } == .wrongLength(expected: 85, actual: 86))
        #expect(error { $0[68] = 0xFF } != nil)
        #expect(error { $0[37] = 5 } == .wrongLength(expected: 86, actual: 85))
    }

    @Test func aRequestWithoutAServiceIsRefused() throws {
        let frame = try Envelope(.request, operation: "execute").encodedBytes()
        #expect(throws: EnvelopeError.missingService) { try Envelope(decoding: frame) }
    }

    @Test(arguments: [0x00, 0x1F, 0x7F, 0xFF, 0xC3] as [UInt8])
    func aNameThatIsNotPrintableUTF8IsRefused(_ byte: UInt8) {
        #expect(error { $0[72] = byte } == .badName)
        #expect(error { $0[76] = byte } == .badName)
    }

    @Test func aControlCharacterBeyondASCIIIsRefused() throws {
        let frame = try Envelope(.request, service: "a\u{85}b", operation: "o").encodedBytes()
        #expect(throws: EnvelopeError.badName) { try Envelope(decoding: frame) }
    }

    @Test func aCharacterThatSpansServiceAndOperationIsRefused() throws {
        var frame = try Envelope(.request, service: "ab", operation: "c").encodedBytes()
        frame.replaceSubrange(73...74, with: Array("é".utf8))
        #expect(throws: EnvelopeError.badName) { try Envelope(decoding: frame) }
    }

    @Test func aPriorityAboveNineIsRefused() {
        #expect(error { $0[36] = 10 } == .priorityOutOfRange(10))
    }

    @Test func whatIsTooLongForItsLengthFieldIsNotEncoded() {
        let name = String(repeating: "x", count: 256)
        #expect(throws: EnvelopeError.nameTooLong) { try Envelope(.request, service: name).encodedBytes() }
        let value = String(repeating: "x", count: 65_536)
        let annotated = Envelope(.request, service: "s", annotations: ["a": value])
        #expect(throws: EnvelopeError.annotationsTooLong(65_539)) { try annotated.encodedBytes() }
    }

    @Test func everyErrorIsASentence() {
        let errors: [EnvelopeError] = [
            .tooShort(1), .unknownProtocol, .unknownKind(1), .wrongLength(expected: 1, actual: 2), .missingService,
            .badName, .nameTooLong, .priorityOutOfRange(11), .badAnnotation("x"), .annotationsTooLong(1),
            .bodyTooLong(1), .severalFrames, .outOfMemory(1),
        ]
        #expect(errors.allSatisfy { $0.description.hasSuffix(".") })
    }
}
