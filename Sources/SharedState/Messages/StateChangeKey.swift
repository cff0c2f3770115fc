import Bus

/// The name that a client gives a change so that it is made once: the annotation `idempotency-key`.
enum StateChangeKey {
    static let annotation = "idempotency-key"

    /// The longest key: 256 bytes in UTF-8.
    static let limit = 256

    /// The key of a request; nil when it has none.
    ///
    /// - Throws: a 400 problem when it is too long.
    static func named(in request: BusRequest) throws(Problem) -> String? {
        guard let key = request.annotations[annotation], !key.isEmpty else { return nil }
        guard key.utf8.count <= limit else {
            throw Problem(.badRequest, "'\(annotation)' must not be longer than \(limit) bytes.")
        }
        return key
    }
}
