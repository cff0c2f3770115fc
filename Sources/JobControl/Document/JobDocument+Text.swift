import JSON

extension JobDocument {
    /// Reads the text of a whole document, whatever is in it.
    ///
    /// - Throws: ``JobDocumentError`` when it is no JSON.
    static func json(_ bytes: [UInt8]) throws(JobDocumentError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            let reason = "\(error)"
            let message = "is not JSON: \(reason.hasSuffix(".") ? reason.dropLast() : reason[...])"
            throw JobDocumentError([JobFault(pointer: [], message: message)])
        }
    }
}
