import Bus

/// The addresses of documents, under the origin that the client used; paths alone when nobody said which.
struct StateLinks {
    private let base: String

    init(_ request: BusRequest) {
        let origin = request.annotations[Annotations.baseURL] ?? ""
        base = origin.hasSuffix("/") ? String(origin.dropLast()) : origin
    }

    /// Where all documents are.
    var all: String { base + "/state" }

    /// Where one document is.
    func document(_ id: String) -> String {
        "\(all)/\(Self.encoded(id))"
    }

    /// Where the list goes on.
    func next(after id: String, limit: Int) -> String {
        "\(all)?limit=\(limit)&cursor=\(Self.encoded(id))"
    }

    /// Where the history of a document goes on.
    func history(of id: String, since version: Int, limit: Int) -> String {
        "\(document(id))/history?since=\(version)&limit=\(limit)"
    }

    /// Everything but RFC 3986's unreserved characters is percent-encoded.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
