/// What libzmq asks an authenticator, and the answer: the frames of RFC 27.
struct AuthenticationQuestion {
    private static let version = Array("1.0".utf8)

    let domain: String
    let credentials: Credentials

    /// Reads version, request id, domain, address, routing id, mechanism and credentials; nil for anything else.
    init?(_ frames: [[UInt8]]) {
        guard frames.count >= 6, frames[0] == Self.version else { return nil }
        domain = Self.text(frames[2])
        credentials = Credentials(
            address: Self.text(frames[3]),
            mechanism: Self.mechanism(named: Self.text(frames[5]), credentials: Array(frames[6...]))
        )
    }

    private static func mechanism(named name: String, credentials: [[UInt8]]) -> Credentials.Mechanism {
        switch name {
        case "NULL": return .null
        case "CURVE":
            guard credentials.count == 1, let key = Curve.text(ofKey: credentials[0]) else { return .other(name) }
            return .curve(publicKey: key)
        default: return .other(name)
        }
    }

    /// Version, request id, status, its text, the user and no metadata.
    static func answer(to frames: [[UInt8]], with admission: Admission) -> [[UInt8]] {
        let id = frames.count > 1 ? frames[1] : []
        return switch admission {
        case .admitted(let user): [version, id, Array("200".utf8), Array("OK".utf8), Array(user.utf8.prefix(255)), []]
        case .refused: [version, id, Array("400".utf8), Array("Not allowed".utf8), [], []]
        }
    }

    private static func text(_ frame: [UInt8]) -> String { String(decoding: frame, as: UTF8.self) }
}
