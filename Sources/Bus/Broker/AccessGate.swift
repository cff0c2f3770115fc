import JSON
import Logging
import Synchronization
import ZeroMQ

/// Lets peers in whose keys the rules name, and counts what the access rules refuse on all threads of a broker.
final class AccessGate: Sendable {
    /// Connections whose key has no entry.
    let strangers = Atomic(0)
    /// Events that their publisher may not publish.
    let events = Atomic(0)
    /// Subscriptions that their owner may not make.
    let subscriptions = Atomic(0)

    private let security: BrokerSecurity
    private let logger: Logger
    private let log = Mutex(RefusalLog())

    init(_ security: BrokerSecurity, logger: Logger) {
        self.security = security
        self.logger = logger
    }

    /// The rules in force, which may not have come through every mailbox yet.
    var rules: AccessRules { security.access.rules }

    /// Answers libzmq's question about a connection. The user is the public key, as names may be given anew.
    func admission(of credentials: Credentials) -> Admission {
        switch credentials.mechanism {
        case .null: return .admitted(userID: AccessRules.localName)
        case .curve(let key) where security.access.rules.admits(publicKey: key): return .admitted(userID: key)
        case .curve(let key): refuse(key, at: credentials.address)
        case .other(let name): refuse(name, at: credentials.address)
        }
        return .refused
    }

    private func refuse(_ key: String, at address: String) {
        strangers.add(1, ordering: .relaxed)
        refuse("to connect", to: "key \(key) at \(address)")
    }

    /// Logs what somebody was not allowed; not more than once a second.
    func refuse(_ what: String, to whom: String) {
        guard let suppressed = log.withLock({ $0.admit(at: .now) }) else { return }
        logger.warning(
            "refused by the access rules",
            metadata: ["peer": "\(whom)", "wanted": "\(what)", "suppressed": "\(suppressed)"]
        )
    }

    /// What the `statistics` of the broker say of it.
    var json: JSONObject {
        [
            "unknownKeys": JSONValue(strangers.load(ordering: .relaxed)),
            "forbiddenEvents": JSONValue(events.load(ordering: .relaxed)),
            "forbiddenSubscriptions": JSONValue(subscriptions.load(ordering: .relaxed)),
        ]
    }
}

/// Lets one entry a second into the log, and counts the others: a peer that is refused must not fill the disk.
struct RefusalLog: Sendable {
    private static let interval = Duration.seconds(1)

    private var next = Moment.start
    private var suppressed = 0

    /// How many entries were left out before this one; nil when this one is, too.
    mutating func admit(at now: Moment) -> Int? {
        guard now >= next else {
            suppressed += 1
            return nil
        }
        defer { (next, suppressed) = (now + Self.interval, 0) }
        return suppressed
    }
}
