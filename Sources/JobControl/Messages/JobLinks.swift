import Bus

/// Where jobs are met over HTTP, under the origin that a request came in on.
struct JobLinks {
    private let base: Substring

    /// - Parameter request: its annotation `base-url`; without it, links are paths.
    init(_ request: BusRequest) {
        let origin = request.annotations[Annotations.baseURL] ?? ""
        base = origin.hasSuffix("/") ? origin.dropLast() : origin[...]
    }

    /// All jobs.
    var jobs: String { base + "/jobs" }

    /// One job; ids are UUIDs, so nothing needs to be encoded.
    func job(_ id: String) -> String { "\(base)/jobs/\(id)" }

    /// Any other path of the service.
    func path(_ path: String) -> String { base + path }
}
