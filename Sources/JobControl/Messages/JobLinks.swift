import Bus

/// Where jobs are met over HTTP, under the origin that a request came in on.
struct JobLinks {
    private static let unreserved = Set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8
    )
    private static let digits = Array("0123456789ABCDEF".utf8)

    private let base: Substring

    /// - Parameter request: its annotation `base-url`; without it, links are paths.
    init(_ request: BusRequest) {
        let origin = request.annotations[Annotations.baseURL] ?? ""
        base = origin.hasSuffix("/") ? origin.dropLast() : origin[...]
    }

    /// All jobs.
    var jobs: String { base + "/jobs" }

    /// One job; ids are UUIDs, so nothing needs to be encoded.
    func job(_ id: String) -> String { "\(base)/jobs/\(id)" }

    /// Any other path of the service.
    func path(_ path: String) -> String { base + path }

    /// A part of a list.
    func list(_ path: String, _ query: [(name: String, value: String)]) -> String {
        base + path + "?" + query.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// `text` with everything but unreserved characters percent-encoded.
    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if unreserved.contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
