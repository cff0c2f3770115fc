/// The documents' paths.
enum StateRoutes {
    static let service = "shared-state"

    static let all: [Route] = [
        .post("/state", .write(service, "create")),
        .get("/state", .read(service, "list", query: ["limit", "cursor"])),
        .get("/state/{id}", readOrMeta),
        .post("/state/{id}", .write(service, "merge")),
        .patch("/state/{id}", .write(service, "patch", accepting: [.json, .jsonPatch, .mergePatch])),
        .put("/state/{id}", .write(service, "replace")),
        .delete("/state/{id}", .write(service, "delete")),
        .get("/state/{id}/history", .read(service, "history", query: ["since", "limit"])),
    ]

    /// `?meta` asks for what is known about the document instead of its content.
    private static let readOrMeta = BusCall(
        service: .named(service),
        operation: { exchange in try exchange.item("meta") == nil ? "read" : "meta" },
        query: ["path"],
        isSafe: true
    )
}
