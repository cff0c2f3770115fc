/// A parameter of a statement, as the server takes it without parsing: text and bytes raw, integers in network order.
enum PostgresValue: Sendable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
    /// In the text form of arrays, `{1,2}`.
    case array(String)

    static func integer(_ value: Int) -> Self { .integer(Int64(value)) }

    /// An id that a client chose: its bytes, as PostgreSQL's texts have no NUL.
    static func key(_ text: String) -> Self { .bytes(Array(text.utf8)) }

    static func optionalKey(_ text: String?) -> Self { text.map(Self.key) ?? .null }

    /// A text, or nothing.
    static func optional(_ text: String?) -> Self { text.map(Self.text) ?? .null }

    static func integers(_ values: some Sequence<Int64>) -> Self {
        .array("{" + values.map(String.init).joined(separator: ",") + "}")
    }

    /// Several ids.
    static func keys(_ texts: some Sequence<String>) -> Self {
        let digits = Array("0123456789abcdef".utf8)
        return .texts(
            texts.map { text in
                let hex = text.utf8.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
                return "\\x" + String(decoding: hex, as: UTF8.self)
            }
        )
    }

    static func texts(_ values: some Sequence<String?>) -> Self {
        var array: [UInt8] = [UInt8(ascii: "{")]
        for value in values {
            if array.count > 1 { array.append(UInt8(ascii: ",")) }
            append(value, to: &array)
        }
        array.append(UInt8(ascii: "}"))
        return .array(String(decoding: array, as: UTF8.self))
    }

    private static func append(_ value: String?, to array: inout [UInt8]) {
        guard let value else { return array.append(contentsOf: "NULL".utf8) }
        array.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { array.append(UInt8(ascii: "\\")) }
            array.append(byte)
        }
        array.append(UInt8(ascii: "\""))
    }
}
