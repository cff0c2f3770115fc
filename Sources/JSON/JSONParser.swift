/// Reads JSON by recursive descent over the bytes of the text.
///
/// The cursor never passes `end`; every read checks it. Depth is counted, so a text cannot exhaust the stack.
struct JSONParser {
    private let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var cursor: UnsafePointer<UInt8>
    private var depth = 0

    /// Reads a whole text. A result and not a throwing function: it is called through closures that rethrow untyped.
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return .failure(JSONError(offset: 0, sentence: "Expected a value, found the end of the text"))
        }
        var parser = JSONParser(start: start, count: bytes.count)
        do throws(JSONError) {
            return .success(try parser.text())
        } catch {
            return .failure(error)
        }
    }

    private init(start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        cursor = start
        end = start + count
    }

    private mutating func text() throws(JSONError) -> JSONValue {
        let value = try value()
        skipSpace()
        guard cursor == end else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard cursor < end else { throw unexpected("a value") }
        switch cursor.pointee {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.object() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.array() })
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try literal("true", true)
        case UInt8(ascii: "f"): return try literal("false", false)
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: throw unexpected("a value")
        }
    }

    @inline(__always)
    private mutating func nested<R>(_ body: (inout Self) throws(JSONError) -> R) throws(JSONError) -> R {
        guard depth < JSONValue.depthLimit else {
            throw error("The text is nested deeper than \(JSONValue.depthLimit) levels")
        }
        depth += 1
        defer { depth -= 1 }
        cursor += 1
        return try body(&self)
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        if skip(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value())
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw unexpected("',' or ']'") }
            return elements
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        var object = JSONObject()
        if skip(UInt8(ascii: "}")) { return object }
        while true {
            try member(of: &object)
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw unexpected("',' or '}'") }
            return object
        }
    }

    @inline(__always)
    private mutating func member(of object: inout JSONObject) throws(JSONError) {
        skipSpace()
        guard cursor < end, cursor.pointee == UInt8(ascii: "\"") else { throw unexpected("a string as key") }
        let key = try string()
        guard skip(UInt8(ascii: ":")) else { throw unexpected("':'") }
        object.updateValue(try value(), forKey: key)
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount {
            guard cursor < end, cursor.pointee == word.utf8Start[index] else { throw unexpected("'\(word)'") }
            cursor += 1
        }
        return value
    }
}

extension JSONParser {
    @inline(__always)
    mutating func skipSpace() {
        while cursor < end {
            switch cursor.pointee {
            case 0x20, 0x0A, 0x0D, 0x09: cursor += 1
            default: return
            }
        }
    }

    /// Passes white space and then `byte`, when that is what comes.
    @inline(__always)
    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard cursor < end, cursor.pointee == byte else { return false }
        cursor += 1
        return true
    }

    /// "Expected … , found …" at the cursor.
    @inline(never)
    func unexpected(_ expectation: String) -> JSONError {
        error("Expected \(expectation), found \(found)")
    }

    /// An error at the cursor, or at a place near it.
    @inline(never)
    func error(_ sentence: String, at place: UnsafePointer<UInt8>? = nil) -> JSONError {
        JSONError(offset: (place ?? cursor) - start, sentence: sentence)
    }

    private var found: String {
        guard cursor < end else { return "the end of the text" }
        let byte = cursor.pointee
        return 0x21...0x7E ~= byte ? "'\(Character(UnicodeScalar(byte)))'" : "the byte 0x\(hexadecimal(byte))"
    }

    func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
}
