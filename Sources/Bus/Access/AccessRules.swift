import ZeroMQ

/// Who may do what on a bus: one entry for each key, and one for those who need none.
///
/// A key without an entry has no rights at all, and its owner is not let in.
public struct AccessRules: Sendable, Hashable {
    /// In the order in which they were given.
    public let keys: [AccessKey]
    /// What those may do who come without a key, over `ipc://` or the loopback interface. Nil: everything, as they are
    /// the node's own.
    public let local: AccessGrants?

    /// The name of those who come without a key; no key can have it.
    public static let localName = "local"
    /// Nobody but the node's own.
    public static let none = AccessRules()

    private init() {
        keys = []
        local = nil
    }

    /// - Throws: ``AccessRulesError``, which says in which entry what is wrong.
    public init(keys: [AccessKey], local: AccessGrants? = nil) throws(AccessRulesError) {
        var names: Set<String> = []
        var owners: [String: String] = [:]
        for key in keys {
            try Self.check(key)
            guard names.insert(key.name).inserted else {
                throw AccessRulesError(key: key.name, reason: "there is a second entry of this name")
            }
            if let owner = owners.updateValue(key.name, forKey: key.publicKey) {
                throw AccessRulesError(key: key.name, member: "public-key", reason: "it is the key of '\(owner)', too")
            }
        }
        if let local { try Self.check(local, of: Self.localName) }
        self.keys = keys
        self.local = local
    }

    /// Whether the owner of this key may connect.
    public func admits(publicKey: String) -> Bool {
        keys.contains { $0.publicKey == publicKey }
    }

    /// Whether somebody may not read any more what they may read now.
    func takesReading(to new: AccessRules) -> Bool {
        let readers = keys.filter { !$0.grants.read.isEmpty }
        return Self.isLess(new.local ?? .everything, than: local ?? .everything)
            || readers.contains { key in
                guard let next = new.keys.first(where: { $0.publicKey == key.publicKey }) else { return true }
                return Self.isLess(next.grants, than: key.grants)
            }
    }

    private static func isLess(_ new: AccessGrants, than old: AccessGrants) -> Bool {
        !Set(old.read).isSubset(of: new.read)
    }

    private static func check(_ key: AccessKey) throws(AccessRulesError) {
        if key.name == localName {
            throw AccessRulesError(key: key.name, member: "public-key", reason: "those who are local have no key")
        }
        guard (1...100).contains(key.name.utf8.count), key.name.utf8.allSatisfy(isNameByte) else {
            let reason = "a name has 1 to 100 letters, digits, dots, hyphens and underscores"
            throw AccessRulesError(key: key.name, reason: reason)
        }
        guard Curve.isPublicKey(key.publicKey) else {
            throw AccessRulesError(key: key.name, member: "public-key", reason: "a public key is 40 characters of Z85")
        }
        try check(key.grants, of: key.name)
    }

    private static func check(_ grants: AccessGrants, of name: String) throws(AccessRulesError) {
        for (member, texts) in [("serve", grants.serve), ("call", grants.call)] where texts.contains("") {
            throw AccessRulesError(key: name, member: member, reason: "there is an empty text; * means all")
        }
        guard grants.roles.allSatisfy({ !$0.isEmpty && !$0.contains(",") }) else {
            throw AccessRulesError(key: name, member: "roles", reason: "a role is not empty and has no comma")
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}

/// What is wrong with ``AccessRules``, and in which entry.
public struct AccessRulesError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the entry.
    public let key: String
    /// The member of it; nil when it is the entry itself.
    public let member: String?
    public let reason: String

    public init(key: String, member: String? = nil, reason: String) {
        self.key = key
        self.member = member
        self.reason = reason
    }

    public var description: String {
        "\(member.map { "'\($0)' of the key '\(key)'" } ?? "the key '\(key)'"): \(reason)"
    }
}
