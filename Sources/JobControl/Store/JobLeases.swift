/// Who runs which job, where several job-controls share a store.
///
/// Owners are heard of, not jobs: one renewal keeps all the leases of an owner, however many there are. Time is that of the
/// store, so clocks of machines need not agree.
public protocol JobLeases: Sendable {
    /// Says that the owner is alive, which keeps its leases for so long.
    ///
    /// Call it three times as often as leases last, and stop what is running when it fails for as long as one lasts.
    func renew(_ owner: String, for duration: Duration) async throws

    /// Takes up to `limit` jobs that are to go on and that no living owner has, in order of submission. Paused jobs stay
    /// where they are. Renews the owner.
    func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease]

    /// Takes one job that has not ended, whatever its status is, for steering it; nil when another living owner has it.
    /// Renews the owner.
    ///
    /// - Throws: ``JobStoreError/unknown(_:)`` when there is no such job.
    func claim(_ id: String, owner: String, for duration: Duration) async throws -> JobLease?

    /// Keeps a new job as ``JobStore/create(_:document:entries:key:)`` does, as one that the owner has from the beginning.
    func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        owner: String
    ) async throws -> JobLease

    /// Gives the jobs back; others are told. Those that were lost meanwhile stay as they are.
    func release(_ leases: [JobLease]) async throws

    /// Appends as ``JobStore/append(_:to:)`` does, if the lease still holds.
    ///
    /// - Throws: ``JobStoreError/leaseLost(_:)`` when another has taken the job: nothing was written, and nothing of the
    ///   job may be done here any more.
    func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws

    /// An element whenever there may be jobs to claim: some were given back, or an owner has not been heard of for too long.
    /// The first comes at once. Ends when nobody reads it any more.
    func wakeUps(for owner: String) -> AsyncStream<Void>
}
