/// Writes JSON text, compact or pretty.
struct JSONWriter {
    private var bytes: [UInt8] = []
    private let isPretty: Bool
    private var level = 0

    init(isPretty: Bool) {
        self.isPretty = isPretty
        bytes.reserveCapacity(256)
    }

    consuming func finish() -> [UInt8] { bytes }

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: writeWord("null")
        case .bool(let bool): writeWord(bool ? "true" : "false")
        case .number(let number): write(number)
        case .string(let string): write(string)
        case .array(let elements): write(elements)
        case .object(let object): write(object)
        }
    }

    private mutating func write(_ elements: [JSONValue]) {
        guard !elements.isEmpty else { return writeWord("[]") }
        open(UInt8(ascii: "["))
        var isFirst = true
        for element in elements {
            separate(&isFirst)
            write(element)
        }
        close(UInt8(ascii: "]"))
    }

    private mutating func write(_ object: JSONObject) {
        guard !object.isEmpty else { return writeWord("{}") }
        open(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in object {
            separate(&isFirst)
            write(key)
            bytes.append(UInt8(ascii: ":"))
            if isPretty { bytes.append(UInt8(ascii: " ")) }
            write(value)
        }
        close(UInt8(ascii: "}"))
    }

    private mutating func write(_ number: JSONNumber) {
        if let digit = number.shortInteger, 0..<10 ~= digit {
            bytes.append(UInt8(ascii: "0") + UInt8(digit))
        } else {
            bytes.append(contentsOf: number.text.utf8)
        }
    }

    private mutating func writeWord(_ word: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

extension JSONWriter {
    private mutating func open(_ bracket: UInt8) {
        bytes.append(bracket)
        level += 1
    }

    private mutating func close(_ bracket: UInt8) {
        level -= 1
        newLine()
        bytes.append(bracket)
    }

    @inline(__always)
    private mutating func separate(_ isFirst: inout Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        newLine()
    }

    private mutating func newLine() {
        guard isPretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }
}

extension JSONWriter {
    private mutating func write(_ string: String) {
        bytes.append(UInt8(ascii: "\""))
        let written: Void? = string.utf8.withContiguousStorageIfAvailable { writeEscaped($0) }
        if written == nil { Array(string.utf8).withUnsafeBufferPointer { writeEscaped($0) } }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies the runs between the bytes that must be escaped.
    private mutating func writeEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        var run = 0
        for position in text.indices where Self.needsEscape(text[position]) {
            bytes.append(contentsOf: text[run..<position])
            escape(text[position])
            run = position + 1
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[run...]))
    }

    @inline(__always)
    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            writeWord("u00")
            bytes.append(contentsOf: [byte >> 4, byte & 15].map { $0 < 10 ? 0x30 + $0 : 0x57 + $0 })
        }
    }
}
