/// The rights of one key, in the form in which they are asked for.
struct AccessIdentity: Sendable {
    /// How it is called; empty for who has no entry.
    let name: String
    let speaksForOthers: Bool
    /// The annotations that the broker writes into its requests, as they stand in a frame.
    let stamp: [UInt8]
    private let serve: [AccessPattern]
    private let call: [AccessPattern]
    private let publish: [[UInt8]]
    private let read: [[UInt8]]

    /// Somebody who may do nothing.
    static let stranger = AccessIdentity(name: "", grants: AccessGrants())

    init(name: String, grants: AccessGrants) {
        self.name = name
        speaksForOthers = grants.speaksForOthers
        stamp = PeerStamp.lines(name: name, roles: grants.roles)
        serve = grants.serve.map(AccessPattern.init)
        call = grants.call.map(AccessPattern.init)
        publish = grants.publish.map(Self.prefix)
        read = grants.read.map(Self.prefix)
    }

    func mayServe(_ service: some RandomAccessCollection<UInt8>) -> Bool {
        serve.contains { $0.matches(service) }
    }

    /// Whether every operation of the service may be called, whatever its name.
    func mayCallAll(of service: some RandomAccessCollection<UInt8>) -> Bool {
        call.contains { $0.matches(service) }
    }

    func mayCall(
        _ operation: some RandomAccessCollection<UInt8>,
        of service: some RandomAccessCollection<UInt8>
    ) -> Bool {
        let text = Array(service) + [UInt8(ascii: ".")] + Array(operation)
        return mayCallAll(of: service) || call.contains { $0.matches(text) }
    }

    func mayPublish(_ topic: some Collection<UInt8>) -> Bool {
        publish.contains { topic.starts(with: $0) }
    }

    /// Whether all topics that begin so may be read. Topics that tell whether a subscription stands are everybody's.
    func mayRead(_ prefix: some Collection<UInt8>) -> Bool {
        prefix.starts(with: SyncTopic.prefix) || read.contains { prefix.starts(with: $0) }
    }

    private static func prefix(_ text: String) -> [UInt8] {
        text == "*" ? [] : Array(text.utf8)
    }
}
