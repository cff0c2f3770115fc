/// The parameters of one statement in the arrays that libpq takes them in.
struct PostgresParameters {
    private var storage: [UInt8] = []
    /// Where each value begins in `storage`; nil is NULL.
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    /// 1 is binary, 0 is text.
    private var formats: [Int32] = []

    init(_ values: [PostgresValue]) {
        for value in values {
            switch value {
            case .null: add(nil, isBinary: false)
            case .integer(let number): withUnsafeBytes(of: number.bigEndian) { add(Array($0), isBinary: true) }
            case .text(let text): add(Array(text.utf8), isBinary: true)
            case .bytes(let bytes): add(bytes, isBinary: true)
            case .array(let text): add(Array(text.utf8), isBinary: false)
            }
        }
    }

    private mutating func add(_ bytes: [UInt8]?, isBinary: Bool) {
        offsets.append(bytes == nil ? nil : storage.count)
        lengths.append(Int32(clamping: bytes?.count ?? 0))
        formats.append(isBinary ? 1 : 0)
        storage.append(contentsOf: bytes ?? [])
        storage.append(0)  // ends a value in text form; an empty array would have no address
    }

    /// Lends count, values, lengths and formats.
    func withPointers<Result>(
        _ body: (
            Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        storage.withUnsafeBytes { bytes in
            let start = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = offsets.map { offset in offset.flatMap { start?.advanced(by: $0) } }
            return values.withUnsafeBufferPointer { values in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in
                        body(Int32(values.count), values.baseAddress, lengths.baseAddress, formats.baseAddress)
                    }
                }
            }
        }
    }
}
