import CPostgreSQL
import Glibc

extension PostgresConnection {
    /// The payloads of the notices that came, waiting for the first as long as is said; none when `stop` was given.
    func notices(within timeout: Duration?, orUntil stop: StopSignal) throws(PostgresLoss) -> [String] {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        while true {
            let payloads = takeNotices()
            if !payloads.isEmpty || stop.isGiven { return payloads }
            let left = deadline.map { $0 - .now }
            if let left, left <= .zero { return [] }
            var entries = [
                pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0),
                pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            let milliseconds = left.map { Int32(clamping: $0.wholeMilliseconds + 1) } ?? -1
            guard poll(&entries, 2, milliseconds) >= 0 || errno == EINTR else { throw loss() }
            guard PQconsumeInput(connection) == 1 else { throw loss() }
        }
    }

    private func takeNotices() -> [String] {
        var payloads: [String] = []
        while let notice = PQnotifies(connection) {
            if let payload = notice.pointee.extra { payloads.append(String(cString: payload)) }
            PQfreemem(notice)
        }
        return payloads
    }
}
