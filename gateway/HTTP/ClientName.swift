/// Who asks, as the journal of a job and the history of a document keep it: `http/192.0.2.7`.
///
/// The address comes from the connection, or from a proxy that is trusted. What a client says of itself in `From` or
/// `User-Agent` is not looked at: anybody could say it.
enum ClientName {
    static func of(peer: String?, forwarded: String?, trusted: [AddressRange]) -> String {
        guard let peer else { return "http" }
        let sender = forwarded.flatMap { ForwardedElement.believed(in: $0, from: peer, trusted: trusted)?.sender }
        guard let sender, isAddress(sender) else { return "http/\(peer)" }
        return "http/\(sender)"
    }

    /// A proxy may also name its client `unknown` or `_hidden`.
    private static func isAddress(_ text: String) -> Bool {
        (1...45).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                    UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }
}
