import Bus
import JSON

/// Reads server-sent events (the text form of the HTML standard) from the parts in which they arrive.
struct EventStreamReader {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var followsReturn = false

    /// The events that are complete with these bytes.
    ///
    /// - Throws: ``RunnerFailure`` when the data is no event of the platform.
    mutating func take(_ bytes: some Sequence<UInt8>) throws -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let isFeed = byte == UInt8(ascii: "\n")
            // CR, LF and both together end a line.
            let isRestOfEnd = isFeed && followsReturn
            followsReturn = byte == UInt8(ascii: "\r")
            if isRestOfEnd { continue }
            guard isFeed || followsReturn else {
                line.append(byte)
                continue
            }
            if let event = try endLine() { events.append(event) }
        }
        return events
    }

    /// An empty line ends an event; comments and other fields do not count here, as the data has them all.
    private mutating func endLine() throws -> Event? {
        defer { line = [] }
        if line.isEmpty {
            defer { data = [] }
            return data.isEmpty ? nil : try event()
        }
        guard line.starts(with: "data:".utf8) else { return nil }
        let value = line.dropFirst("data:".utf8.count)
        if !data.isEmpty { data.append(UInt8(ascii: "\n")) }
        data += value.first == UInt8(ascii: " ") ? value.dropFirst() : value
        return nil
    }

    private func event() throws -> Event {
        do {
            return try Event(parsing: data)
        } catch {
            throw RunnerFailure.unreachable("the stream of events holds something else: \(error)")
        }
    }
}
