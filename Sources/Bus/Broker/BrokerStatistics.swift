import JSON

/// What has been counted for one service, since it has workers.
struct ServiceCounters: Sendable, Hashable {
    /// Requests accepted.
    var requests = 0
    /// Replies passed to their clients.
    var replies = 0
    /// Requests refused: too much waiting, too large, no worker left.
    var refused = 0
    /// Requests whose deadline passed.
    var expired = 0
    /// Requests answered 502 because the worker that had them is gone.
    var lost = 0
}

/// What a broker has counted since it started; the `statistics` operation of the service `broker` tells it.
struct BrokerStatistics: Sendable, Hashable {
    /// Requests accepted.
    var requests = 0
    /// Replies passed to their clients.
    var replies = 0
    /// Parts of replies passed to their clients.
    var parts = 0
    /// Requests that had to wait for a credit.
    var queued = 0
    /// Requests refused: no worker, too much waiting, too large.
    var refused = 0
    /// Requests whose deadline passed.
    var expired = 0
    /// Requests their clients took back, or left behind.
    var cancelled = 0
    /// Requests given to another worker because the one that had them is gone.
    var repeated = 0
    /// Requests answered 502 because the worker that had them is gone.
    var lost = 0
    /// Replies to nothing that their sender was asked: too late, or forged.
    var stale = 0
    /// Replies that their client could not take: gone, or too slow.
    var undeliverable = 0
    /// The bytes of those.
    var droppedBytes = 0
    /// Frames that are none of this protocol.
    var malformed = 0
    /// Requests and workers that the access rules did not allow.
    var forbidden = 0

    var json: JSONObject {
        [
            "requests": JSONValue(requests), "replies": JSONValue(replies), "parts": JSONValue(parts),
            "queued": JSONValue(queued),
            "refused": JSONValue(refused), "expired": JSONValue(expired), "cancelled": JSONValue(cancelled),
            "repeated": JSONValue(repeated), "lost": JSONValue(lost), "stale": JSONValue(stale),
            "undeliverable": JSONValue(undeliverable), "droppedBytes": JSONValue(droppedBytes),
            "malformed": JSONValue(malformed), "forbidden": JSONValue(forbidden),
        ]
    }
}
