extension JSONValue {
    /// Reads one JSON text (RFC 8259): UTF-8, nothing before or after it but white space.
    ///
    /// Nothing is repaired: trailing commas, comments, lone surrogates and invalid UTF-8 are errors. When a key
    /// stands twice in an object the last value counts, as in JavaScript.
    ///
    /// - Throws: ``JSONError`` with the offset of the byte that could not be read, also when the text is nested
    ///   deeper than ``depthLimit``.
    public init(parsing bytes: some Sequence<UInt8>) throws(JSONError) {
        let contiguous = bytes.withContiguousStorageIfAvailable(JSONParser.parse)
        self = try (contiguous ?? Array(bytes).withUnsafeBufferPointer(JSONParser.parse)).get()
    }

    /// Reads one JSON text; offsets in errors count UTF-8 bytes.
    ///
    /// - Throws: ``JSONError``.
    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: text.utf8)
    }

    /// The JSON text in UTF-8: compact, or with a member a line and two spaces a level.
    ///
    /// Members keep their order and numbers their text, so what was read compact is written byte for byte as it
    /// was, but for escapes that are not needed.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty)
        writer.write(self)
        return writer.finish()
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact JSON text.
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
