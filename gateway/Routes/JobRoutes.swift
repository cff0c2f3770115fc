/// The jobs' paths.
enum JobRoutes {
    static let service = "job-control"

    static let all: [Route] = [
        .post("/run-job", runOrSubmit),
        .get("/jobs", .read(service, "list", query: page)),
        .get("/jobs/{id}", .read(service, "job")),
        .get("/filter", .search(service, "filter", by: ["name", "status", "createdAt", "completedAt"], query: page)),
        .get("/jobs/{id}/history", .read(service, "history", query: ["since", "limit"])),
        .get("/jobs/{id}/explain", .read(service, "explain")),
        .post("/jobs/{id}/cancel", .write(service, "cancel", flags: ["revert"])),
        .post("/jobs/{id}/pause", .write(service, "pause")),
        .post("/jobs/{id}/resume", .write(service, "resume")),
        .post("/jobs/{id}/replay", .write(service, "replay", accepting: [.json, .jsonPatch], query: ["from"])),
        .get("/jobs/{id}/undo", .read(service, "undo-plan", query: ["to"])),
        .post("/jobs/{id}/undo", .write(service, "undo", query: ["to"], flags: ["force"])),
        .get("/inbox", .read(service, "inbox", query: ["limit", "cursor"])),
        .post("/inbox/{id}", .write(service, "settle")),
    ]

    private static let page = ["limit", "cursor", "order"]

    /// A job goes on when the client that submitted it has left; how long its end is waited for, `Prefer` says.
    private static let runOrSubmit = BusCall(
        service: .named(service),
        operation: { $0.preferences.submitsOnly ? "submit" : "run" },
        body: .passed(accepting: [.json]),
        heedsPreferences: true,
        patience: .job
    )
}
