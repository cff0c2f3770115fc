/// The registry's paths: who is there, what they can do, how to call them.
enum DiscoveryRoutes {
    static let service = "discovery"

    static let all: [Route] = [
        .post("/register", .write(service, "register")),
        .post("/renew", .write(service, "renew")),
        .post("/unregister", .write(service, "unregister")),
        .get("/find", .search(service, "find", by: ["tag", "profile", "mediaType"])),
        .get("/services", .read(service, "services", query: ["detail"])),
        .get("/services/{id}", .read(service, "service")),
        .delete("/services/{id}", .write(service, "remove")),
        .post("/bind", .write(service, "bind")),
        .post("/unbind", .write(service, "unbind")),
        .get("/bindings", .read(service, "bindings")),
        .get("/bindings/{id}", .read(service, "binding")),
        .get("/endpoints", .read(service, "endpoints")),
    ]
}
