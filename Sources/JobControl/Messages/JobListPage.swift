import Bus
import JSON

/// Which part of a list of jobs is asked for, and its answer.
///
/// Without an order the newest jobs are meant, and shown in order of submission, as they always were; the next page
/// then has older ones. A page ends with its limit or when its text has grown long; what comes next is in the link.
struct JobListPage {
    /// How many jobs are on a page when nobody says: the newest 1,000.
    static let defaultLimit = 1_000
    /// The most jobs on a page: 10,000.
    static let largestLimit = 10_000
    /// The longest text of a page: 4 MiB.
    static let largestSize = 4 << 20

    private let limit: Int
    private let cursor: String?
    /// Nil when the request has none.
    private let order: JobPage.Order?
    private let filter: JobFilter?

    /// Reads the annotations `limit`, `cursor` (the id of a job) and `order` (`asc`, `desc`).
    ///
    /// - Parameter filter: nil for the list of all jobs.
    /// - Throws: a 400 ``Problem`` that names what is wrong.
    init(_ request: BusRequest, filter: JobFilter?) throws(Problem) {
        self.filter = filter
        cursor = request.annotations["cursor"].flatMap { $0.isEmpty ? nil : $0 }
        limit = try request.limit(upTo: Self.largestLimit, default: Self.defaultLimit)
        guard let text = request.annotations["order"], !text.isEmpty else {
            order = nil
            return
        }
        guard let order = JobPage.Order(rawValue: text) else {
            throw Problem(.badRequest, "'order' must be asc or desc, not '\(text)'")
        }
        self.order = order
    }

    /// The page, read from the store.
    ///
    /// - Throws: a 400 ``Problem`` when the cursor names no job; what the store throws.
    func reply(from store: any JobStore, _ links: JobLinks) async throws -> BusReply {
        // One more than is shown says whether there is a next page.
        let page = JobPage(limit: limit + 1, after: cursor, order: order ?? .descending, filter: filter ?? JobFilter())
        do {
            return reply(try await store.page(page), links)
        } catch JobStoreError.unknown(let id) {
            throw Problem(.badRequest, "'cursor' must be the id of a job, and there is no job \(id)")
        }
    }

    private func reply(_ records: [JobRecord], _ links: JobLinks) -> BusReply {
        let shown = records.prefix(Self.fitting(records.prefix(limit)))
        let rows = shown.map { JobMessages.row($0, links) }
        let list = JSONValue.array(order == nil ? rows.reversed() : rows)
        guard shown.count < records.count, let last = shown.last else { return .json(list) }
        return .json(list, annotations: ["link": "<\(next(after: last.id, links))>; rel=\"next\""])
    }

    /// How many of the jobs fit on a page; at least one.
    private static func fitting(_ records: ArraySlice<JobRecord>) -> Int {
        var size = 0
        for (count, record) in records.enumerated() {
            size += 320 + (record.name?.utf8.count ?? 0) + (record.error?.utf8.count ?? 0)
            if size > largestSize { return max(count, 1) }
        }
        return records.count
    }

    private func next(after id: String, _ links: JobLinks) -> String {
        var query: [(name: String, value: String)] = filter?.texts ?? []
        query.append(("limit", String(limit)))
        query.append(("cursor", id))
        if let order { query.append(("order", order.rawValue)) }
        return links.list(filter == nil ? "/jobs" : "/filter", query)
    }
}

extension JobFilter {
    /// What is looked for, by the names of the query.
    fileprivate var texts: [(name: String, value: String)] {
        [("name", name), ("status", status), ("createdAt", createdAt), ("completedAt", completedAt)]
            .compactMap { name, value in value.map { (name, $0) } }
    }
}
