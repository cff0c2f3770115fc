/// The jobs' paths.
enum JobRoutes {
    static let service = "job-control"

    static let all: [Route] = [
        .post("/run-job", runOrSubmit),
        .get("/jobs", .read(service, "list", query: page)),
        .get("/jobs/{id}", .read(service, "job")),
        .get("/filter", .search(service, "filter", by: ["name", "status", "createdAt", "completedAt"], query: page)),
    ]

    private static let page = ["limit", "cursor", "order"]

    /// A job goes on when the client that submitted it has left; `Prefer: respond-async` does not wait for its end.
    private static let runOrSubmit = BusCall(
        service: .named(service),
        operation: { $0.prefersAsync ? "submit" : "run" },
        body: .passed(accepting: [.json]),
        patience: .job
    )
}
