/// Who runs which job, where several job-controls share a store.
///
/// Owners are heard of, not jobs: one renewal keeps all the leases of an owner, however many there are. Time is that of the
/// store, so clocks of machines need not agree.
public protocol JobLeases: Sendable {
    /// Whether other job-controls may be at the same jobs, so that owners must be heard of.
    var areShared: Bool { get }

    /// Says that the owner is alive, which keeps its leases for so long.
    ///
    /// Call it three times as often as leases last. Who could not for longer than one lasts may have lost jobs.
    func renew(_ owner: String, for duration: Duration) async throws

    /// Takes up to `limit` jobs that are to go on and that no living owner has, in order of submission. Paused jobs stay
    /// where they are. Renews the owner.
    func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease]

    /// Takes one job, whatever its status is, for steering it or going on with it; nil when another living owner has it.
    /// Who has it already gets the same lease. Renews the owner.
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

    /// Appends as ``JobStore/append(_:to:)`` does, if the lease still holds.
    ///
    /// - Throws: ``JobStoreError/leaseLost(_:)`` when another has taken the job: nothing was written, and nothing of the
    ///   job may be done here any more.
    func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws

    /// Gives a job back, and tells the others. One that was lost meanwhile stays as it is.
    func release(_ lease: JobLease) async throws

    /// Gives back all that the owner has, and forgets it: it has ended.
    func resign(_ owner: String) async throws

    /// The living owner of a job, also of one that has ended; nil when there is none.
    func holder(of id: String) async throws -> String?

    /// The jobs that have not ended and are the owner's.
    func jobs(heldBy owner: String) async throws -> Set<String>

    /// What owners that are not heard of any more may have written and not told, up to `limit` jobs of each kind and owner.
    func leftBehind(limit: Int) async throws -> [LeftBehind]

    /// Forgets owners that are not heard of any more, as all that they have left behind is told and in other hands.
    func forget(_ owners: [String]) async throws

    /// An element whenever there may be jobs to claim: some were given back, or an owner has not been heard of for too long.
    /// The first comes at once. Ends when nobody reads it any more.
    func wakeUps(for owner: String) -> AsyncStream<Void>
}
