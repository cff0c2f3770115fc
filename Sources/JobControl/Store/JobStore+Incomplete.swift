extension JobStore {
    /// Jobs that left something a person must settle, in order of submission, after that one.
    func incomplete(after id: String?, limit: Int) async throws -> [JobRecord] {
        let all = try await newest(.max, matching: JobFilter(status: JobStatus.revertIncomplete.rawValue))
        return Array(all.filter { record in id.map { $0 < record.id } ?? true }.prefix(limit))
    }
}
