import HTTPTypes

extension HTTPField.Name {
    static let xRequestID = known("X-Request-Id")
    static let forwarded = known("Forwarded")
    static let prefer = known("Prefer")
    static let preferenceApplied = known("Preference-Applied")
    static let idempotencyKey = known("Idempotency-Key")
    static let lastEventID = known("Last-Event-ID")
    static let link = known("Link")
    static let xAccelBuffering = known("X-Accel-Buffering")

    private static func known(_ name: StaticString) -> Self {
        guard let field = Self("\(name)") else { preconditionFailure("\(name) is no header name") }
        return field
    }
}
