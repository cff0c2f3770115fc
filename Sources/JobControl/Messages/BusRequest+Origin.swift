import Bus
import JSON

extension BusRequest {
    /// Who asked: what the client calls itself, the key it came with where the bus has keys, or both.
    ///
    /// Only the key's name is proven, so it is always there where there is one.
    var asker: String? {
        let client = annotations[Annotations.client]
        guard let peer = annotations[Annotations.peer], peer != client else { return client }
        return client.map { "\($0) via \(peer)" } ?? peer
    }

    /// What a journal keeps of where a request came from: `by` and `traceId`, where they are known.
    var origin: JSONObject {
        var origin: JSONObject = [:]
        if let asker { origin["by"] = .string(asker) }
        if let traceID { origin["traceId"] = .string(traceID) }
        return origin
    }

    /// The trace's id as `traceparent` writes it: 32 hexadecimal digits.
    private var traceID: String? {
        guard let trace else { return nil }
        return String(trace.traceparent.dropFirst(3).prefix(32))
    }
}
