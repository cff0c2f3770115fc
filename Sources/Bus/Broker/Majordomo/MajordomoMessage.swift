/// One message of a Majordomo peer, read.
struct MajordomoMessage: Sendable, Hashable {
    enum Content: Sendable, Hashable {
        /// A client asks.
        case request(service: [UInt8], body: [[UInt8]])
        /// A worker announces itself.
        case ready(service: [UInt8])
        /// A worker answers in part.
        case partial(correlation: UInt64, body: [[UInt8]])
        /// A worker answers, for the first or the last time.
        case final(correlation: UInt64, body: [[UInt8]])
        case heartbeat
        case disconnect
        /// A client said what the protocol does not have.
        case badClient
        /// A worker said what the protocol does not have.
        case badWorker
    }

    let dialect: MajordomoDialect
    let content: Content

    /// Nil when the frames do not begin as a message of MDP 0.1 or 0.2 does.
    init?(_ frames: [[UInt8]]) {
        let hasDelimiter = frames.first?.isEmpty == true
        let frames = hasDelimiter ? frames.dropFirst() : frames[...]
        guard let header = frames.first, let version = Self.version(in: header) else { return nil }
        dialect = MajordomoDialect(version: version, hasDelimiter: hasDelimiter)
        let rest = Array(frames.dropFirst())
        content =
            header.starts(with: MajordomoDialect.clientPrefix)
            ? Self.clientContent(rest, version) : Self.workerContent(rest, version)
    }

    /// Whether a message of several frames that begins with this one may be for us: an empty frame, or one of the headers.
    static func mayBegin(with frame: UnsafeRawBufferPointer) -> Bool {
        frame.isEmpty || version(in: frame) != nil
    }

    private static func version(in header: some Collection<UInt8>) -> MajordomoDialect.Version? {
        guard header.count == 6,
            header.starts(with: MajordomoDialect.clientPrefix) || header.starts(with: MajordomoDialect.workerPrefix)
        else { return nil }
        return header.dropFirst(5).first.flatMap(MajordomoDialect.Version.init)
    }

    /// In version 0.1 clients say nothing but requests, and do not name the command.
    private static func clientContent(_ frames: [[UInt8]], _ version: MajordomoDialect.Version) -> Content {
        var rest = frames[...]
        if version == .two, rest.popFirst() != [1] { return .badClient }
        guard let service = rest.popFirst(), isName(service) else { return .badClient }
        return .request(service: service, body: Array(rest))
    }

    private static func workerContent(_ frames: [[UInt8]], _ version: MajordomoDialect.Version) -> Content {
        guard let first = frames.first, let command = MajordomoCommand(first, version: version) else {
            return .badWorker
        }
        let rest = Array(frames.dropFirst())
        switch command {
        case .ready: return rest.count == 1 && isName(rest[0]) ? .ready(service: rest[0]) : .badWorker
        case .partial: return answer(rest) { .partial(correlation: $0, body: $1) }
        case .final: return answer(rest) { .final(correlation: $0, body: $1) }
        case .heartbeat: return rest.isEmpty ? .heartbeat : .badWorker
        case .disconnect: return rest.isEmpty ? .disconnect : .badWorker
        case .request: return .badWorker
        }
    }

    /// An address, which is the correlation that the request came with, an empty frame, and the body.
    private static func answer(_ frames: [[UInt8]], _ make: (UInt64, [[UInt8]]) -> Content) -> Content {
        guard frames.count >= 2, frames[0].count == 8, frames[1].isEmpty else { return .badWorker }
        let correlation = frames[0].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return make(correlation, Array(frames[2...]))
    }

    private static func isName(_ frame: [UInt8]) -> Bool {
        (1...255).contains(frame.count) && frame.withUnsafeBytes { NameCheck.isName($0) }
    }
}

/// What the broker says to Majordomo peers.
extension MajordomoDialect {
    func request(_ correlation: UInt64, body: [[UInt8]]) -> [[UInt8]] {
        let address = (0..<8).map { UInt8(truncatingIfNeeded: correlation >> (56 - 8 * $0)) }
        return command(.request) + [address, []] + body
    }

    func command(_ command: MajordomoCommand) -> [[UInt8]] {
        framed([workerHeader] + [command.frame(version: version) ?? []])
    }

    /// An answer to a client, or a part of one; nil when this version has no parts.
    func answer(of service: [UInt8], body: [[UInt8]], isFinal: Bool) -> [[UInt8]]? {
        switch version {
        case .one: isFinal ? framed([clientHeader, service] + body) : nil
        case .two: framed([clientHeader, [isFinal ? 3 : 2], service] + body)
        }
    }
}
