import Synchronization

@testable import JobControl

/// Leases of an owner that can fall silent: it lives and writes, but nobody hears of it any more.
final class SilentLeases: JobLeases {
    struct Silent: Error {}

    private let leases: any JobLeases
    private let isSilent = Atomic(false)

    init(_ leases: any JobLeases) { self.leases = leases }

    func fallSilent() { isSilent.store(true, ordering: .relaxed) }

    func speakAgain() { isSilent.store(false, ordering: .relaxed) }

    var areShared: Bool { leases.areShared }

    func renew(_ owner: String, for duration: Duration) async throws {
        if isSilent.load(ordering: .relaxed) { throw Silent() }
        try await leases.renew(owner, for: duration)
    }

    func claim(limit: Int, owner: String, for duration: Duration) async throws -> [JobLease] {
        if isSilent.load(ordering: .relaxed) { throw Silent() }
        return try await leases.claim(limit: limit, owner: owner, for: duration)
    }

    func claim(_ id: String, owner: String, for duration: Duration) async throws -> JobLease? {
        try await leases.claim(id, owner: owner, for: duration)
    }

    func create(
        _ record: JobRecord,
        document: [UInt8],
        entries: [JobEntry],
        key: String?,
        owner: String
    ) async throws -> JobLease {
        try await leases.create(record, document: document, entries: entries, key: key, owner: owner)
    }

    func append(_ entries: [JobEntry], to record: JobRecord, under lease: JobLease) async throws {
        try await leases.append(entries, to: record, under: lease)
    }

    func release(_ lease: JobLease) async throws { try await leases.release(lease) }

    func resign(_ owner: String) async throws { try await leases.resign(owner) }

    func holder(of id: String) async throws -> String? { try await leases.holder(of: id) }

    func jobs(heldBy owner: String) async throws -> Set<String> { try await leases.jobs(heldBy: owner) }

    func leftBehind(limit: Int) async throws -> [LeftBehind] { try await leases.leftBehind(limit: limit) }

    func forget(_ owners: [String]) async throws { try await leases.forget(owners) }

    func wakeUps(for owner: String) -> AsyncStream<Void> { leases.wakeUps(for: owner) }
}
