import CZMQ

/// One frame: bytes that are moved from socket to socket and never copied on the way.
///
/// A message has one owner. Sending takes the bytes out of it and leaves it empty, receiving replaces them, so one
/// message serves a whole loop. Up to 33 bytes are kept inside it; more are on the heap, where
/// ``init(adopting:)`` can leave a large array as it is.
///
/// ```swift
/// var message = Message()
/// while try socket.receive(into: &message) {
///     message.withUnsafeMutableBytes { $0[0] = 2 }
///     guard try other.send(&message) else { break }
/// }
/// ```
public struct Message: ~Copyable {
    @usableFromInline
    var storage: MessageStorage

    init(taking storage: MessageStorage) {
        self.storage = storage
    }

    /// An empty message, to receive into.
    public init() {
        storage = MessageStorage()
    }

    /// A message of `size` bytes of whatever the memory held: fill all of it.
    ///
    /// - Parameter size: 0 or more. When the memory cannot be had, the message is empty.
    public init(size: Int) {
        storage = MessageStorage(size: size)
    }

    /// A message with a copy of `bytes`.
    public init(copying bytes: UnsafeRawBufferPointer) {
        storage = MessageStorage(copying: bytes)
    }

    /// A message with a copy of `bytes`.
    public init(copying bytes: [UInt8]) {
        storage = bytes.withUnsafeBytes { MessageStorage(copying: $0) }
    }

    /// A message with a copy of some text's UTF-8.
    public init(copying text: String) {
        self.init(copying: Array(text.utf8))
    }

    /// A message of these bytes, without copying them when there are 64 KiB or more.
    ///
    /// Below that, a copy is cheaper than the bookkeeping. An array that somebody else also holds is copied, because
    /// the receiver of an `inproc://` message gets this very memory and may write into it.
    public init(adopting bytes: consuming [UInt8]) {
        storage =
            bytes.count < Self.adoptionThreshold
            ? bytes.withUnsafeBytes { MessageStorage(copying: $0) }
            : AdoptedBytes(bytes).makeStorage()
    }

    /// From how many bytes on ``init(adopting:)`` adopts. Measured: at 32 KiB and less copying is faster.
    public static let adoptionThreshold = 65_536

    deinit {
        var last = storage
        last.close()
    }

    /// How many bytes there are.
    public var count: Int {
        MessageStorage.count(of: storage)
    }

    /// Whether there are no bytes.
    public var isEmpty: Bool {
        count == 0
    }

    /// Whether more frames of the same multipart message follow this one, which was received.
    public var hasMore: Bool {
        MessageStorage.hasMore(storage)
    }

    /// Lends the bytes. The pointer is valid only within `body`.
    @inlinable
    public borrowing func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafePointer(to: storage) { (pointer) throws(Failure) -> Result in
            try body(UnsafeRawBufferPointer(MessageStorage.bytes(at: UnsafeMutablePointer(mutating: pointer))))
        }
    }

    /// Lends the bytes for changing them in place. The pointer is valid only within `body`.
    ///
    /// Do not change a message that shares its bytes with another (see ``shared()``).
    @inlinable
    public mutating func withUnsafeMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeMutablePointer(to: &storage) { (pointer) throws(Failure) -> Result in
            try body(MessageStorage.bytes(at: pointer))
        }
    }

    /// A copy of the bytes.
    public borrowing func bytes() -> [UInt8] {
        withUnsafeBytes { Array($0) }
    }

    /// A message with a copy of the bytes, in memory of its own.
    public borrowing func copied() -> Message {
        var copy = Message(size: count)
        withUnsafeBytes { bytes in copy.withUnsafeMutableBytes { $0.copyMemory(from: bytes) } }
        return copy
    }

    /// The bytes as text, or nil when they are not UTF-8.
    public borrowing func text() -> String? {
        withUnsafeBytes { String(validating: $0, as: UTF8.self) }
    }

    /// A second message with the same bytes, to send one frame to several sockets.
    ///
    /// Long contents are counted and not copied: do not change either message as long as both exist.
    public mutating func shared() -> Message {
        var other = Message()
        other.storage.share(&storage)
        return other
    }
}
