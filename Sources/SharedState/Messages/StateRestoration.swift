import Bus
import JSON

/// What `restore` asks for: `{ "version": n }`.
struct StateRestoration {
    let version: Int

    /// - Throws: a 400 problem when the version is no whole number from 0 on.
    init(_ body: StateBody) throws(Problem) {
        guard let version = try body.object()["version"]?.intValue, version >= 0 else {
            throw Problem(
                .badRequest,
                "'version' must be a whole number from 0 on.",
                members: ["pointer": "/version"]
            )
        }
        self.version = version
    }
}
