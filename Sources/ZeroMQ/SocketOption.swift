import CZMQ

/// A setting of a socket, with the type of its value.
///
/// ```swift
/// try socket.set(.linger, to: .seconds(1))
/// try socket.set(.sendHighWaterMark, to: 10_000)
/// ```
///
/// Set what concerns connections before binding or connecting; only ``linger``, ``routerMandatory`` and
/// ``xpubVerbose`` take effect at any time.
public struct SocketOption<Value>: Sendable {
    let name: String
    let number: Int32
    let capacity: Int
    let encode: @Sendable (Value) -> [UInt8]
    let decode: @Sendable ([UInt8]) -> Value
}

extension Socket {
    /// Changes a setting.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for a value out of range or an option that this kind of socket
    ///   does not have.
    public func set<Value>(_ option: SocketOption<Value>, to value: Value) throws(ZMQError) {
        try setRawOption(option.number, to: option.encode(value), named: option.name)
    }

    /// Reads a setting.
    ///
    /// - Throws: ``ZMQError/Code/invalidArgument`` for an option that can only be written.
    public func get<Value>(_ option: SocketOption<Value>) throws(ZMQError) -> Value {
        option.decode(try rawOption(option.number, capacity: option.capacity, named: option.name))
    }

    /// Lets a SUB receive messages whose first frame starts with `prefix`; an empty one receives everything.
    public func subscribe(to prefix: [UInt8]) throws(ZMQError) {
        try setRawOption(ZMQ_SUBSCRIBE, to: prefix, named: "a subscription")
    }

    /// Lets a SUB receive messages whose first frame starts with `prefix`; an empty one receives everything.
    public func subscribe(to prefix: String) throws(ZMQError) {
        try subscribe(to: Array(prefix.utf8))
    }

    /// Undoes one ``subscribe(to:)-(String)`` with the same prefix.
    public func unsubscribe(from prefix: [UInt8]) throws(ZMQError) {
        try setRawOption(ZMQ_UNSUBSCRIBE, to: prefix, named: "an end of a subscription")
    }

    /// Undoes one ``subscribe(to:)-(String)`` with the same prefix.
    public func unsubscribe(from prefix: String) throws(ZMQError) {
        try unsubscribe(from: Array(prefix.utf8))
    }

    /// Lets the peer whose subscription a manual XPUB received last have what it asked for, or less or more than that.
    ///
    /// Does nothing when the peer is gone. See ``SocketOption/xpubManual``.
    public func acceptSubscription(to prefix: [UInt8]) throws(ZMQError) {
        try setRawOption(ZMQ_SUBSCRIBE, to: prefix, named: "a subscription of a peer")
    }

    /// Takes a subscription from the peer whose message a manual XPUB received last.
    public func endSubscription(to prefix: [UInt8]) throws(ZMQError) {
        try setRawOption(ZMQ_UNSUBSCRIBE, to: prefix, named: "an end of a subscription of a peer")
    }

    func setRawOption(_ number: Int32, to value: [UInt8], named name: String) throws(ZMQError) {
        let result = value.withUnsafeBytes { zmq_setsockopt(handle, number, $0.baseAddress, $0.count) }
        if result != 0 { throw ZMQError.last("set \(name)") }
    }

    func rawOption(_ number: Int32, capacity: Int, named name: String) throws(ZMQError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: capacity)
        var size = capacity
        let result = bytes.withUnsafeMutableBytes { zmq_getsockopt(handle, number, $0.baseAddress, &size) }
        if result != 0 { throw ZMQError.last("get \(name)") }
        return Array(bytes.prefix(size))
    }
}
