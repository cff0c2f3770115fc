/// Lines `name: value`, separated by LF; in values control characters and `%` are percent-encoded.
extension Annotations {
    /// The bytes as they stand in a frame.
    ///
    /// - Throws: ``EnvelopeError/badAnnotation(_:)`` for a name that is no lowercase token.
    func encoded() throws(EnvelopeError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 3 })
        for entry in entries {
            guard Self.isName(entry.name.utf8) else { throw .badAnnotation("'\(entry.name)' is no lowercase token") }
            if !bytes.isEmpty { bytes.append(Self.lineFeed) }
            bytes.append(contentsOf: entry.name.utf8)
            bytes.append(contentsOf: [Self.colon, Self.space])
            Self.append(entry.value, to: &bytes)
        }
        return bytes
    }

    /// Reads what ``encoded()`` writes, in any order; a name may come once only.
    ///
    /// - Throws: ``EnvelopeError/badAnnotation(_:)``, which tells the line.
    public init(decoding bytes: UnsafeRawBufferPointer) throws(EnvelopeError) {
        guard bytes.count > 0 else { return }
        for (index, line) in bytes.split(separator: Self.lineFeed, omittingEmptySubsequences: false).enumerated() {
            let (name, value) = try Self.entry(in: line, number: index + 1)
            guard self[name] == nil else { throw .badAnnotation("'\(name)' comes twice") }
            self[name] = value
        }
    }

    private static let lineFeed: UInt8 = 0x0A
    private static let space: UInt8 = 0x20
    private static let percent: UInt8 = 0x25
    private static let colon: UInt8 = 0x3A

    private static func entry(
        in line: Slice<UnsafeRawBufferPointer>,
        number: Int
    ) throws(EnvelopeError) -> (String, String) {
        guard let end = line.firstIndex(of: colon), isName(line[..<end]) else {
            throw .badAnnotation("line \(number) does not begin with a lowercase token and a colon")
        }
        var value = line[(end + 1)...]
        if value.first == space { value = value.dropFirst() }
        guard let decoded = decode(value), let text = String(validating: decoded, as: UTF8.self) else {
            throw .badAnnotation("the value in line \(number) is not percent-encoded UTF-8")
        }
        return (String(decoding: line[..<end], as: UTF8.self), text)
    }

    static func isName(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func mustBeEncoded(_ byte: UInt8) -> Bool {
        byte < space || byte == 0x7F || byte == percent
    }

    private static func append(_ value: String, to bytes: inout [UInt8]) {
        for byte in value.utf8 {
            if mustBeEncoded(byte) {
                bytes.append(contentsOf: [percent, Hex.digit(byte >> 4), Hex.digit(byte & 15)])
            } else {
                bytes.append(byte)
            }
        }
    }

    /// Nil for a control character and for a percent sign that no two hexadecimal digits follow.
    private static func decode(_ value: Slice<UnsafeRawBufferPointer>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(value.count)
        var rest = value
        while let byte = rest.popFirst() {
            guard mustBeEncoded(byte) else {
                decoded.append(byte)
                continue
            }
            guard byte == percent, let high = rest.popFirst().flatMap(Hex.value),
                let low = rest.popFirst().flatMap(Hex.value)
            else { return nil }
            decoded.append(high << 4 | low)
        }
        return decoded
    }
}
