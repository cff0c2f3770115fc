import Bus
import JSON

/// Which part of a history is asked for, and its answer.
///
/// A page ends with its limit or when its text has grown long; what comes next is in the link.
struct StateHistoryPage {
    /// The version before the first one.
    let since: Int
    let limit: Int
    private(set) var items: [JSONValue] = []
    private(set) var last: Int
    private var size = 0

    /// Reads `since` and `limit`.
    ///
    /// - Throws: a 400 problem when one is no number in its range.
    init(_ request: BusRequest) throws(Problem) {
        limit = try StatePage(request).limit
        guard let since = Int(request.annotations[Annotations.since] ?? "0"), since >= 0 else {
            throw Problem(.badRequest, "'since' must be a version: a whole number from 0 on.")
        }
        self.since = since
        last = since
    }

    /// Whether no more changes fit.
    var isFull: Bool { items.count >= limit || size >= StatePage.largestSize }

    mutating func append(_ change: StateChange) {
        items.append(Self.item(change))
        last = change.version
        size += (change.patch?.count ?? 0) + (change.author?.utf8.count ?? 0) + 100
    }

    /// - Parameter hasMore: whether there may be changes after the last one on the page.
    func reply(_ id: String, hasMore: Bool, links: StateLinks) -> BusReply {
        let next: Annotations = ["link": "<\(links.history(of: id, since: last, limit: limit))>; rel=\"next\""]
        return .json(.array(items), annotations: hasMore ? next : [:])
    }

    private static func item(_ change: StateChange) -> JSONValue {
        [
            "version": JSONValue(change.version),
            "time": .string(change.time.description),
            "author": JSONValue(change.author),
            "patch": change.patch.flatMap { try? JSONValue(parsing: $0) } ?? .null,
        ]
    }
}
