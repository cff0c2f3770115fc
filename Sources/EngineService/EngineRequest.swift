import Bus
import JSON

/// One request as the engine looks at it: `repeat` and `revert` may carry a request id and nothing else, so a message
/// that is not whole is an error only when it is needed.
struct EngineRequest: Sendable {
    enum Mode: Sendable {
        /// Refused where the effect is there already.
        case execute
        /// What is there may be overwritten, and what is gone may be deleted.
        case repeating
    }

    let requestID: String?
    let message: Result<CommandMessage, Refusal>
    let roles: Set<String>
    /// Who asks, as they named themselves.
    let client: String?

    /// - Throws: ``Refusal`` 400 when the body is no object or its request id is no string.
    init(_ body: JSONValue, roles: Set<String>, client: String? = nil) throws(Refusal) {
        requestID = try CommandMessage.requestID(in: body)
        do {
            message = .success(try CommandMessage(body))
        } catch {
            message = .failure(error)
        }
        self.roles = roles
        self.client = client
    }
}
