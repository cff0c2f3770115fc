import Bus
import JSON

/// A job as it was submitted: what is to be done, and what is kept of who asked for it.
struct NewJob: Sendable {
    var id = UUIDv7.make()
    var document: JobDocument
    /// The document's text, which is kept.
    var bytes: [UInt8]
    /// SHA-256 of what the document means: see ``DocumentHash``.
    var hash: String
    /// The submitter's own name for the submission.
    var key: String?
    /// Whether the submitter chose the id.
    var hasOwnID = false
    /// The job that this one runs again.
    var parent: String?
    /// Who asked, and in which trace.
    var origin: JSONObject = [:]

    /// What the first entry of its journal says beside the job's name and outline.
    var facts: JSONObject {
        var facts = origin
        facts["documentHash"] = .string(hash)
        if let parent { facts["parent"] = .string(parent) }
        return facts
    }

    /// The job's first summary, out of its machine's.
    func record(_ record: JobRecord) -> JobRecord {
        var record = record
        record.parent = parent
        record.documentHash = hash
        return record
    }
}
