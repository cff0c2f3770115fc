import CZMQ
import Glibc

/// The 64 bytes of a `zmq_msg_t`, under a type that clients of this module can see without seeing libzmq.
///
/// libzmq itself moves messages by copying these bytes (`msg_t::move`), so Swift may move them, too. They do not
/// count as a copy of the message: the one ``Message`` that holds them closes them.
@usableFromInline
struct MessageStorage {
    private var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)

    /// An empty message.
    init() {
        withMessage { _ = zmq_msg_init($0) }
    }

    /// A message with room for `size` bytes; an empty one when there is no memory for it.
    init(size: Int) {
        let made = withMessage { zmq_msg_init_size($0, max(size, 0)) }
        if made != 0 { self = MessageStorage() }
    }

    /// A message with a copy of `bytes`.
    init(copying bytes: UnsafeRawBufferPointer) {
        self.init(size: bytes.count)
        withUnsafeMutablePointer(to: &self) { Self.bytes(at: $0).copyMemory(from: bytes) }
    }

    /// A message that points at `bytes` and calls `release` with `owner` when nobody needs them any more, on any thread.
    init(
        pointingAt bytes: UnsafeMutableRawBufferPointer,
        owner: UnsafeMutableRawPointer,
        release: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void
    ) {
        let made = withMessage { zmq_msg_init_data($0, bytes.baseAddress, bytes.count, release, owner) }
        guard made != 0 else { return }
        self = MessageStorage()
        release(bytes.baseAddress, owner)
    }

    /// Calls `body` with the message as libzmq's functions take it.
    mutating func withMessage<Result>(_ body: (UnsafeMutablePointer<zmq_msg_t>) -> Result) -> Result {
        withUnsafeMutablePointer(to: &self) { body(Self.message(at: $0)) }
    }

    mutating func close() {
        withMessage { _ = zmq_msg_close($0) }
    }

    mutating func share(_ other: inout MessageStorage) {
        withMessage { target in other.withMessage { source in _ = zmq_msg_copy(target, source) } }
    }

    static func count(of storage: borrowing MessageStorage) -> Int {
        withUnsafePointer(to: storage) { zmq_msg_size(message(at: UnsafeMutablePointer(mutating: $0))) }
    }

    static func hasMore(_ storage: borrowing MessageStorage) -> Bool {
        withUnsafePointer(to: storage) { zmq_msg_more(message(at: UnsafeMutablePointer(mutating: $0))) } != 0
    }

    /// A text that libzmq keeps with the connection the message came over, which lives at least as long as the message.
    static func property(named name: StaticString, of storage: borrowing MessageStorage) -> UnsafePointer<CChar>? {
        withUnsafePointer(to: storage) { pointer in
            let message = message(at: UnsafeMutablePointer(mutating: pointer))
            return name.withUTF8Buffer { name in
                name.withMemoryRebound(to: CChar.self) { zmq_msg_gets(message, $0.baseAddress) }
            }
        }
    }

    static func length(of text: UnsafePointer<CChar>) -> Int { strlen(text) }

    /// The bytes of the message at `pointer`. Short ones are inside it, so they move when it does.
    @usableFromInline
    static func bytes(at pointer: UnsafeMutablePointer<MessageStorage>) -> UnsafeMutableRawBufferPointer {
        let message = message(at: pointer)
        return UnsafeMutableRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))
    }

    private static func message(at pointer: UnsafeMutablePointer<MessageStorage>) -> UnsafeMutablePointer<zmq_msg_t> {
        UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: zmq_msg_t.self)
    }

    /// Whether this type still has the shape of libzmq's.
    static var matchesLibrary: Bool {
        MemoryLayout<MessageStorage>.size == MemoryLayout<zmq_msg_t>.size
            && MemoryLayout<MessageStorage>.alignment >= MemoryLayout<zmq_msg_t>.alignment
    }
}
