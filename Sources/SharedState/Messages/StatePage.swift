import Bus
import JSON

/// Which part of the list is asked for, and its answer.
///
/// A page ends with its limit or when its text has grown long, so that many long ids do not make a message that
/// nobody carries; what comes next is in the link, which names the last id.
struct StatePage {
    /// The most documents on a page, and how many are on it when nobody says: 10,000.
    static let largestLimit = 10_000
    /// The longest text of a page: 4 MiB.
    static let largestSize = 4 << 20

    let limit: Int
    /// The id before the first one.
    let cursor: String?

    /// Reads `limit` and `cursor`.
    ///
    /// - Throws: a 400 problem when the limit is no number in its range.
    init(_ request: BusRequest) throws(Problem) {
        cursor = request.annotations["cursor"]
        let text = request.annotations[Annotations.limit]
        guard let limit = text.map({ Int($0) }) ?? Self.largestLimit, 1...Self.largestLimit ~= limit else {
            throw Problem(.badRequest, "'limit' must be a whole number from 1 to \(Self.largestLimit).")
        }
        self.limit = limit
    }

    /// The page out of the documents after the cursor, of which one more than the limit was read.
    func reply(_ summaries: [StateSummary], links: StateLinks) -> BusReply {
        var items: [JSONValue] = []
        var size = 0
        for summary in summaries.prefix(limit) {
            let href = links.document(summary.id)
            size += href.utf8.count + summary.id.utf8.count + 120
            guard size <= Self.largestSize || items.isEmpty else { break }
            items.append(Self.item(summary, href: href))
        }
        let isWhole = items.count == summaries.count
        return .json(.array(items), annotations: isWhole ? [:] : next(after: summaries[items.count - 1], links))
    }

    private func next(after last: StateSummary, _ links: StateLinks) -> Annotations {
        ["link": "<\(links.next(after: last.id, limit: limit))>; rel=\"next\""]
    }

    private static func item(_ summary: StateSummary, href: String) -> JSONValue {
        [
            "id": .string(summary.id),
            "createdAt": .string(summary.createdAt.description),
            "lastModified": .string(summary.lastModified.description),
            "rel": "item",
            "href": .string(href),
        ]
    }
}
