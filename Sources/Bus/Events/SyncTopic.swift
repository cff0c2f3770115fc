/// Topics that tell whether a subscription stands.
///
/// The broker answers a subscription to `~sync.<uuid>` with one message on that topic. Subscriptions keep their order on
/// a connection, so when it arrives, all that were made before it stand.
enum SyncTopic {
    static let prefix = Array("~sync.".utf8)

    /// A topic that nobody has used.
    static func make() -> [UInt8] { prefix + Array(UUIDv7.make().utf8) }

    static func isOne(_ topic: UnsafeRawBufferPointer) -> Bool { topic.starts(with: prefix) }
}
