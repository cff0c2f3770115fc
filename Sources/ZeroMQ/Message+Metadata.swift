import CZMQ

/// What libzmq knows of the connection that a message came over. Messages of `inproc://` have none of it, nor has the
/// routing id that a ROUTER puts before a message.
extension Message {
    /// Something that libzmq knows of a connection.
    public struct Property: Sendable, Hashable {
        let name: StaticString

        /// The user that the authenticator gave the connection: see ``Context/authenticate(domain:by:)``.
        ///
        /// Only with an authenticator is it to be believed: without one, a peer may claim it for itself.
        public static let userID = Property(name: "User-Id")
        /// The peer's network address without its port.
        public static let peerAddress = Property(name: "Peer-Address")

        public static func == (left: Property, right: Property) -> Bool { left.text == right.text }
        public func hash(into hasher: inout Hasher) { hasher.combine(text) }

        private var text: String { name.description }
    }

    /// Lends a property's bytes, nil when the connection has none of that name. The pointer is valid only within `body`.
    @inline(__always)
    public borrowing func withProperty<Result>(
        _ property: Property,
        _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard let text = MessageStorage.property(named: property.name, of: storage) else { return body(nil) }
        return body(UnsafeRawBufferPointer(start: text, count: MessageStorage.length(of: text)))
    }

    /// A property's text; nil when the connection has none of that name.
    public borrowing func property(_ property: Property) -> String? {
        withProperty(property) { bytes in bytes.map { String(decoding: $0, as: UTF8.self) } }
    }
}
