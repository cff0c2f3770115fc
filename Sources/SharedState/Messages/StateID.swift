import Bus

/// Which texts are ids: any that is not empty, up to a length that fits into an address.
enum StateID {
    /// The longest id: 1,024 bytes in UTF-8.
    static let limit = 1024

    /// The id a request names.
    ///
    /// - Throws: a 400 problem when there is none.
    static func named(in request: BusRequest) throws(Problem) -> String {
        try checked(request.annotations[Annotations.id] ?? "")
    }

    static func checked(_ id: String) throws(Problem) -> String {
        guard !id.isEmpty else { throw Problem(.badRequest, "'id' must not be empty.") }
        guard id.utf8.count <= limit else { throw Problem(.badRequest, "'id' must not be longer than \(limit) bytes.") }
        return id
    }
}
