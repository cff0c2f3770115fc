import Glibc

/// One address or a CIDR block of them, IPv4 or IPv6: `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
public struct AddressRange: Sendable, Hashable {
    private let network: [UInt8]
    private let prefixLength: Int

    /// Reads an address, or an address with a prefix length; nil when it is neither.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let bytes = Self.bytes(of: String(first)) else { return nil }
        var length = bytes.count * 8
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...length).contains(given) else { return nil }
            length = given
        }
        network = bytes
        prefixLength = length
    }

    /// Whether an address literal (no port) lies in the range; a name never does.
    public func contains(_ address: String) -> Bool {
        guard let bytes = Self.bytes(of: address), bytes.count == network.count else { return false }
        return (0..<prefixLength).allSatisfy { bit in
            (bytes[bit / 8] ^ network[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// The address in network order; an IPv4 address mapped into IPv6 counts as IPv4.
    private static func bytes(of literal: String) -> [UInt8]? {
        if let v4 = parse(literal, family: AF_INET, size: 4) { return v4 }
        guard let v6 = parse(literal, family: AF_INET6, size: 16) else { return nil }
        return v6.starts(with: mappedPrefix) ? Array(v6.dropFirst(mappedPrefix.count)) : v6
    }

    private static func parse(_ literal: String, family: Int32, size: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: size)
        return inet_pton(family, literal, &bytes) == 1 ? bytes : nil
    }

    private static let mappedPrefix: [UInt8] = Array(repeating: 0, count: 10) + [0xFF, 0xFF]
}
