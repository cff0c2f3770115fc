/// How a peer speaks the Majordomo Protocol: which version, and whether an empty frame comes first.
struct MajordomoDialect: Sendable, Hashable {
    /// The last byte of the two headers.
    enum Version: UInt8, Sendable, Hashable {
        /// RFC 7/MDP: one reply to a request.
        case one = 0x31
        /// RFC 18/MDP: any number of parts before the last.
        case two = 0x32
    }

    let version: Version
    /// REQ sockets put it there, and so does every peer of version 0.1; peers are answered as they speak.
    let hasDelimiter: Bool

    static let clientPrefix = Array("MDPC0".utf8)
    static let workerPrefix = Array("MDPW0".utf8)

    var clientHeader: [UInt8] { Self.clientPrefix + [version.rawValue] }
    var workerHeader: [UInt8] { Self.workerPrefix + [version.rawValue] }

    /// The frames as they go over the wire.
    func framed(_ frames: [[UInt8]]) -> [[UInt8]] { hasDelimiter ? [[]] + frames : frames }
}

/// What workers and the broker say to each other, by its number on the wire, which differs between the versions.
enum MajordomoCommand: Sendable, Hashable {
    case ready, request, partial, final, heartbeat, disconnect

    private static let ofVersionOne: [MajordomoCommand] = [.ready, .request, .final, .heartbeat, .disconnect]
    private static let ofVersionTwo: [MajordomoCommand] = [.ready, .request, .partial, .final, .heartbeat, .disconnect]

    private static func all(of version: MajordomoDialect.Version) -> [MajordomoCommand] {
        version == .one ? ofVersionOne : ofVersionTwo
    }

    /// Nil when the frame is not one byte with the number of a command.
    init?(_ frame: [UInt8], version: MajordomoDialect.Version) {
        let all = Self.all(of: version)
        guard frame.count == 1, (1...all.count).contains(Int(frame[0])) else { return nil }
        self = all[Int(frame[0]) - 1]
    }

    /// The frame that says so; nil for what the version does not have.
    func frame(version: MajordomoDialect.Version) -> [UInt8]? {
        Self.all(of: version).firstIndex(of: self).map { [UInt8($0 + 1)] }
    }
}
