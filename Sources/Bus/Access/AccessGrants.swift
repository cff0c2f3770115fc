/// What somebody may do on the bus. Nothing, by default.
public struct AccessGrants: Sendable, Hashable {
    /// The services it may offer. `*` stands for any characters.
    public var serve: [String] = []
    /// What it may call: a service, which means all its operations, or `service.operation`. `*` stands for any characters.
    public var call: [String] = []
    /// How the topics begin that it may publish; an empty text or `*` means all.
    public var publish: [String] = []
    /// How the topics begin that it may read; an empty text or `*` means all.
    public var read: [String] = []
    /// The roles that services see in its requests.
    public var roles: [String] = []
    /// Whether it says itself for whom it asks, in the annotations `peer` and `roles`, as a gateway does.
    public var speaksForOthers = false

    public init() {}

    /// Everything: what the node's own processes may do.
    public static let everything: AccessGrants = {
        var grants = AccessGrants()
        (grants.serve, grants.call, grants.publish, grants.read) = (["*"], ["*"], [""], [""])
        grants.speaksForOthers = true
        return grants
    }()
}

/// Somebody who is known by a key.
public struct AccessKey: Sendable, Hashable {
    /// What people and logs call it, and services see as the annotation `peer`.
    public var name: String
    /// 40 characters of Z85.
    public var publicKey: String
    /// What it may do.
    public var grants: AccessGrants

    public init(name: String, publicKey: String, grants: AccessGrants) {
        self.name = name
        self.publicKey = publicKey
        self.grants = grants
    }
}
