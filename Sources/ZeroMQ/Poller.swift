import CZMQ
import Glibc

/// Lets one thread sleep until one of several sockets and wakers has something to do.
///
/// A socket's file descriptor tells of *changes*, not of a state: it may stay silent although messages are waiting,
/// because any call on the socket takes the news in. So the order in a loop is always the same:
///
/// 1. receive from every socket until it gives nothing, and act on it;
/// 2. if ``Socket/pendingEvents()`` says `readable`, go to 1: sending in the meantime may have taken the news in;
/// 3. wait here.
///
/// ```swift
/// var poller = Poller()
/// poller.add(socket)
/// poller.add(waker)
/// while !stopped {
///     waker.reset()
///     while try socket.receive(into: &message) { … }
///     if try socket.pendingEvents().contains(.readable) { continue }
///     try poller.wait(until: nextDeadline)
/// }
/// ```
public struct Poller: Sendable {
    private var entries: [pollfd] = []

    /// A poller that watches nothing yet.
    public init() {}

    /// Watches a socket. It must outlive the last ``wait(until:)``.
    ///
    /// - Returns: its number here, for ``hasNews(_:)``.
    @discardableResult
    public mutating func add(_ socket: borrowing Socket) -> Int {
        add(descriptor: socket.fileDescriptor)
    }

    /// Watches a waker.
    ///
    /// - Returns: its number here, for ``hasNews(_:)``.
    @discardableResult
    public mutating func add(_ waker: Waker) -> Int {
        add(descriptor: waker.fileDescriptor)
    }

    /// Watches any descriptor for something to read.
    ///
    /// - Returns: its number here, for ``hasNews(_:)``.
    @discardableResult
    public mutating func add(descriptor: Int32) -> Int {
        entries.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        return entries.count - 1
    }

    /// Whether the last wait found something to read at what was added under this number.
    public func hasNews(_ number: Int) -> Bool { entries[number].revents != 0 }

    /// Sleeps until something may have happened, or until `deadline`; nil never comes.
    ///
    /// - Returns: false when the deadline came. True is a hint: look at every socket.
    /// - Throws: when the system refuses to poll, which means that a descriptor was closed.
    @discardableResult
    public mutating func wait(until deadline: ContinuousClock.Instant? = nil) throws(ZMQError) -> Bool {
        while true {
            let ready = sleep(atMost: deadline.map { $0 - .now })
            if ready >= 0 { return ready > 0 }
            guard errno == EINTR else { throw ZMQError(code: .init(rawValue: errno), operation: "poll") }
        }
    }

    /// Sleeps until something may have happened, or `duration` has passed; nil is for ever.
    ///
    /// For loops that know how long they may sleep without asking the clock again. A signal ends the sleep, too.
    ///
    /// - Throws: when the system refuses to poll, which means that a descriptor was closed.
    public mutating func wait(atMost duration: Duration?) throws(ZMQError) {
        guard sleep(atMost: duration) < 0 else { return }
        guard errno == EINTR else { throw ZMQError(code: .init(rawValue: errno), operation: "poll") }
    }

    private mutating func sleep(atMost duration: Duration?) -> Int32 {
        entries.withUnsafeMutableBufferPointer { entries in
            guard let duration else { return poll(entries.baseAddress, nfds_t(entries.count), -1) }
            var time = timespec(max(duration, .zero))
            return ppoll(entries.baseAddress, nfds_t(entries.count), &time, nil)
        }
    }
}

extension timespec {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
