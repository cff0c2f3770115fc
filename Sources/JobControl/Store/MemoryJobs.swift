import Bus

/// What ``MemoryJobStore`` keeps: jobs by their ids and keys, and in order of submission.
struct MemoryJobs {
    private var byID: [String: MemoryJob] = [:]
    /// In order of submission.
    private var order: [String] = []
    private var ids: [String: String] = [:]
    private var lastNumber = 0

    var count: Int { order.count }

    subscript(id: String) -> MemoryJob? { byID[id] }

    func id(forKey key: String) -> String? { ids[key] }

    mutating func insert(_ new: MemoryJob) throws(JobStoreError) {
        let id = new.record.id
        guard byID[id] == nil else { throw .exists(id) }
        if let key = new.key, let other = ids[key] { throw .keyInUse(key, by: other) }
        try Self.check(new.entries, follow: [], of: id)
        lastNumber += 1
        var job = new
        job.number = lastNumber
        byID[id] = job
        order.append(id)
        if let key = new.key { ids[key] = id }
    }

    mutating func append(_ entries: [JobEntry], to record: JobRecord) throws(JobStoreError) {
        guard let kept = byID[record.id] else { throw .unknown(record.id) }
        try Self.check(entries, follow: kept.entries, of: record.id)
        var record = record
        record.parent = kept.record.parent
        record.documentHash = kept.record.documentHash
        byID[record.id]?.record = record
        byID[record.id]?.entries.append(contentsOf: entries)
    }

    /// The jobs of a page that also match.
    func records(_ page: JobPage, where matches: (JobRecord) -> Bool) throws(JobStoreError) -> [JobRecord] {
        let ids = try self.ids(of: page)
        var records: [JobRecord] = []
        for id in ids where records.count < page.limit {
            guard let record = byID[id]?.record, matches(record) else { continue }
            records.append(record)
        }
        return records
    }

    /// Forgets jobs that have ended, the first ones first.
    @discardableResult
    mutating func removeEnded(before time: Timestamp?, keeping count: Int?, limit: Int) -> Int {
        let last = count.map { lastNumber - max($0, 0) }
        var removed = 0
        order.removeAll { id in
            guard removed < limit, let job = byID[id], job.record.status.isForgettable,
                job.number <= last ?? 0 || Self.ended(job.record, before: time)
            else { return false }
            removed += 1
            byID[id] = nil
            if let key = job.key { ids[key] = nil }
            return true
        }
        return removed
    }

    /// The last entries of jobs at rest, up to `limit` of each kind.
    func lastEntries(limit: Int) -> [LastEntry] {
        let kinds: [(JobStatus) -> Bool] = [\.isForgettable, { $0 == .revertIncomplete }, { $0 == .paused }]
        return kinds.flatMap { isWanted in
            let jobs = byID.values.filter { isWanted($0.record.status) }
            let latest = jobs.sorted { $0.restsSince > $1.restsSince }.prefix(max(limit, 0))
            return latest.compactMap { job in job.entries.last.map { LastEntry(job: job.record.id, $0) } }
        }
    }

    private func ids(of page: JobPage) throws(JobStoreError) -> [String] {
        guard let after = page.after else { return page.order == .ascending ? order : order.reversed() }
        guard let number = byID[after]?.number else { throw .unknown(after) }
        let index = firstIndex(from: number)
        return page.order == .ascending ? Array(order[(index + 1)...]) : order[..<index].reversed()
    }

    /// Where the job with that number is: numbers grow along the order, with holes.
    private func firstIndex(from number: Int) -> Int {
        var range = order.startIndex..<order.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if byID[order[middle]]?.number ?? 0 < number {
                range = (middle + 1)..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return range.lowerBound
    }

    private static func ended(_ record: JobRecord, before time: Timestamp?) -> Bool {
        guard let time, let completedAt = record.completedAt else { return false }
        return completedAt < time
    }

    private static func check(
        _ entries: [JobEntry],
        follow kept: [JobEntry],
        of id: String
    ) throws(JobStoreError) {
        var expected = (kept.last?.sequence ?? 0) + 1
        for entry in entries {
            guard entry.sequence == expected else {
                throw .outOfSequence(job: id, expected: expected, found: entry.sequence)
            }
            expected += 1
        }
    }
}
