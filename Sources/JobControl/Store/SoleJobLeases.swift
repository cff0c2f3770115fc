/// The leases of a store that one job-control has for itself: it holds every job, and loses none.
public struct SoleJobLeases: JobLeases {
    private let store: any JobStore

    public init(_ store: any JobStore) { self.store = store }

    public var areShared: Bool { false }

    public func renew(_ owner: String, for duration: Duration) async throws {}

    public func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease] {
        let jobs = try await store.unfinished().filter { $0.status != .paused }
        return jobs.prefix(max(limit, 0)).map { JobLease(job: $0.id, owner: owner, token: 1) }
    }

    public func claim(_ id: String, owner: String, for duration: Duration) async throws -> JobLease? {
        guard try await store.record(id) != nil else { throw JobStoreError.unknown(id) }
        return JobLease(job: id, owner: owner, token: 1)
    }

    public func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        owner: String
    ) async throws -> JobLease {
        try await store.create(record, document: document, entries: entries, key: key)
        return JobLease(job: record.id, owner: owner, token: 1)
    }

    public func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws {
        try await store.append(entries, to: record)
    }

    public func release(_ lease: JobLease) async throws {}

    public func resign(_ owner: String) async throws {}

    public func holder(of id: String) async throws -> String? { nil }

    public func jobs(heldBy owner: String) async throws -> Set<String> {
        Set(try await store.unfinished().map(\.id))
    }

    /// What an earlier life of the one owner may not have told.
    public func leftBehind(limit: Int) async throws -> [LeftBehind] {
        [LeftBehind(owner: "", entries: try await store.lastEntries(limit: limit))]
    }

    public func forget(_ owners: [String]) async throws {}

    /// Once: nobody gives anything back.
    public func wakeUps(for owner: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuation.yield()
        return stream
    }
}
