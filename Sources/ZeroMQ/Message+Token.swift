extension Message {
    /// The same message, which holds `token` until nobody needs its bytes any more.
    ///
    /// The bytes stay where they are. When the message has been sent, that is when libzmq has handed the last of them to
    /// the system or the receiving socket, `token` is let go of, on any thread: its `deinit` learns that they have left.
    public init(_ message: consuming Message, holding token: any AnyObject & Sendable) {
        var taken = MessageStorage()
        swap(&taken, &message.storage)
        self.init(taking: MessageWithToken(taken, token).makeStorage())
    }
}

/// Keeps a message and a token alive while libzmq reads the message's bytes.
private final class MessageWithToken {
    private var storage: MessageStorage
    private let token: any AnyObject & Sendable

    init(_ storage: MessageStorage, _ token: any AnyObject & Sendable) {
        self.storage = storage
        self.token = token
    }

    deinit { storage.close() }

    func makeStorage() -> MessageStorage {
        // A short message's bytes are inside this object, which stays where it is.
        let region = withUnsafeMutablePointer(to: &storage) { MessageStorage.bytes(at: $0) }
        return MessageStorage(pointingAt: region, owner: Unmanaged.passRetained(self).toOpaque()) { _, owner in
            guard let owner else { return }
            Unmanaged<MessageWithToken>.fromOpaque(owner).release()
        }
    }
}
