import Bus
import JSON

extension NewJob {
    /// Keys of submissions are short: they are kept with every job.
    private static let keyLimit = 255

    /// Reads a job's document.
    ///
    /// - Throws: ``JobDocumentError`` with every fault, also when its `jobId` is no UUID.
    init(_ bytes: [UInt8]) throws(JobDocumentError) {
        let json = try JobDocument.json(bytes)
        let faults = Self.faults(ofIDIn: json)
        let document: JobDocument
        do {
            document = try JobDocument(parsing: json)
        } catch {
            throw JobDocumentError(faults + error.faults)
        }
        guard faults.isEmpty else { throw JobDocumentError(faults) }
        self.init(document: document, bytes: bytes, hash: DocumentHash.of(json))
        guard let id = DocumentReader.present(json["jobId"])?.stringValue else { return }
        self.id = id.lowercased()
        hasOwnID = true
    }

    /// Reads the body of `run` and `submit`, and what came beside it.
    ///
    /// - Throws: ``JobDocumentError``; a 400 ``Problem`` when the idempotency key cannot be one.
    init(_ request: BusRequest) throws {
        try self.init(request.body)
        key = try Self.key(in: request)
        origin = request.origin
    }

    private static func faults(ofIDIn json: JSONValue) -> [JobFault] {
        guard let id = DocumentReader.present(json["jobId"]) else { return [] }
        if let text = id.stringValue, UUIDText.isValid(text) { return [] }
        return [JobFault(pointer: ["jobId"], message: "must be a UUID")]
    }

    /// - Throws: a 400 ``Problem`` when the idempotency key cannot be one.
    static func key(in request: BusRequest) throws(Problem) -> String? {
        guard let key = request.annotations[Annotations.idempotencyKey] else { return nil }
        guard !key.isEmpty, key.utf8.count <= keyLimit else {
            throw Problem(.badRequest, "The idempotency key must have between 1 and \(keyLimit) bytes")
        }
        return key
    }
}

extension Annotations {
    /// The submitter's own name for a submission: the same one again is the same job.
    static let idempotencyKey = "idempotency-key"
}
