import Bus
import ZeroMQ

/// A bus on loopback with keys, and the keys of those who know it.
struct SecuredBus: Sendable {
    let server: CurveKeyPair
    let access: AccessControl
    let security: BrokerSecurity

    init() throws {
        server = try Curve.newKeyPair()
        access = AccessControl(.none)
        security = BrokerSecurity(keys: server, access: access, coversLoopback: true)
    }

    /// Who connects with these keys.
    func client(_ keys: CurveKeyPair) -> CurveClient { CurveClient(serverKey: server.publicKey, keys: keys) }

    func allow(_ entries: (String, CurveKeyPair, @Sendable (inout AccessGrants) -> Void)...) throws {
        access.replace(
            with: try AccessRules(
                keys: entries.map { name, keys, change in
                    var grants = AccessGrants()
                    change(&grants)
                    return AccessKey(name: name, publicKey: keys.publicKey, grants: grants)
                }
            )
        )
    }
}
