/// Where a client meets a service over HTTP.
///
/// A bus service has no URL of its own: it is met through whichever gateway the client talks to. The platform's own
/// services have their paths at a gateway's root, the others under `/services/{name}`.
struct EntryLinks {
    /// The services whose paths every gateway port has at its root.
    static let platform: Set<String> = ["discovery", "shared-state", "job-control"]

    let service: String
    let ping: String?
    let forms: String

    init(of entry: RegistryEntry, under baseURL: String) {
        switch entry.transport {
        case .http:
            service = entry.serviceURL
            ping = entry.pingURL
            forms = entry.serviceURL.droppingTrailingSlash + "/forms"
        case .bus:
            let base = baseURL.droppingTrailingSlash
            let own = base + Self.ownPath(of: entry.serviceName)
            service = base + Self.path(of: entry.serviceName, atRoot: base.isEmpty ? "/" : "")
            ping = own + "/ping"
            forms = own + "/forms"
        }
    }

    /// The path that a bus service is listed with, before a client's origin is put before it.
    static func path(of serviceName: String, atRoot root: String = "/") -> String {
        platform.contains(serviceName) ? root : ownPath(of: serviceName)
    }

    private static func ownPath(of serviceName: String) -> String {
        "/services/" + serviceName.percentEncodedSegment
    }
}

extension String {
    fileprivate var droppingTrailingSlash: String {
        hasSuffix("/") ? String(dropLast()) : self
    }

    /// The text as one segment of a URL's path: everything but RFC 3986's unreserved characters is encoded.
    fileprivate var percentEncodedSegment: String {
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            if byte.isUnreserved {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isUnreserved: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
