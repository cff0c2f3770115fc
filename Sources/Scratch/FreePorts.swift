import Glibc

/// Ports for servers that are killed and come back.
///
/// They lie below those that the system gives to connections: who connects again and again to a port that nobody
/// listens at may be given that very port, and would talk to itself.
public enum FreePorts {
    public static func take(_ count: Int) throws -> [Int] {
        var ports: [Int] = []
        for port in (12_000..<32_000).shuffled() where ports.count < count && isFree(port) { ports.append(port) }
        guard ports.count == count else { throw ScratchError("there are no free ports") }
        return ports
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
