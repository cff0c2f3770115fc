import HTTPTypes

/// The scheme, host and port that a client used, so that links handed out to it work for it.
struct Origin: Sendable, Equatable {
    /// `http://localhost:8080`, what a path is put behind.
    let baseURL: String

    /// Reads it from `Host` (or an absolute-form target), or from `Forwarded` when the peer is a trusted proxy.
    ///
    /// - Throws: ``Refusal`` 400 when the authority is no `host[:port]`: it would be copied into links.
    init(
        authority: String?,
        forwarded: String?,
        peer: String?,
        trusted: [AddressRange],
        fallback: String
    ) throws(Refusal) {
        let proxied = Self.proxied(forwarded, peer: peer, trusted: trusted)
        let host = proxied?.host ?? authority ?? fallback
        guard Self.isAuthority(host) else { throw .badRequest("The Host header names no host: \(host)") }
        baseURL = (proxied?.isSecure == true ? "https://" : "http://") + host
    }

    private static func proxied(_ header: String?, peer: String?, trusted: [AddressRange]) -> ForwardedElement? {
        guard let header, let peer, !trusted.isEmpty else { return nil }
        return ForwardedElement.believed(in: header, from: peer, trusted: trusted)
    }

    /// `host`, `host:port` or `[v6]:port`, in the characters that RFC 3986 gives to a registered name.
    private static func isAuthority(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255 && text.utf8.allSatisfy(isAuthorityByte)
    }

    private static func isAuthorityByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
            true
        default: false
        }
    }
}
