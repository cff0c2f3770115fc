import ZeroMQ

/// The identities of peers by small numbers, and what was found out about their rights.
///
/// A key keeps its number when the rules change, so that a connection finds its new rights under the old number, or
/// none. Whether somebody may call a service is worked out once and then looked up.
struct AccessTable: Sendable {
    /// What comes from the broker's own process, over `inproc://`.
    static let own = 0
    /// Those who have no rights: without an entry, or not to be told who they are.
    static let stranger = 1
    /// Those of this machine, who come without a key.
    static let local = 2

    private enum Verdict: UInt8 {
        case unknown, all, some
    }

    private var identities: [AccessIdentity] = []
    private var numbers: [[UInt8]: Int] = [:]
    private var publicKeys: [[UInt8]] = [[], [], Array(AccessRules.localName.utf8)]
    /// By service, then by identity.
    private var verdicts: [[Verdict]] = []

    init(_ rules: AccessRules) { replace(with: rules) }

    subscript(number: Int) -> AccessIdentity {
        @inline(__always) _read { yield identities[number] }
    }

    /// Gives every number the rights that it has from now on.
    mutating func replace(with rules: AccessRules) {
        let everybody = [
            AccessIdentity(name: "node", grants: .everything),
            .stranger,
            AccessIdentity(name: AccessRules.localName, grants: rules.local ?? .everything),
        ]
        identities = everybody + Array(repeating: .stranger, count: publicKeys.count - everybody.count)
        for key in rules.keys {
            let number = number(for: Array(key.publicKey.utf8))
            identities[number] = AccessIdentity(name: key.name, grants: key.grants)
        }
        verdicts.removeAll(keepingCapacity: true)
    }

    private mutating func number(for publicKey: [UInt8]) -> Int {
        if let known = numbers[publicKey] { return known }
        publicKeys.append(publicKey)
        identities.append(.stranger)
        numbers[publicKey] = identities.count - 1
        return identities.count - 1
    }

    /// Whose message this is, by what the authenticator called its connection; nil for nobody who is known.
    ///
    /// - Parameter guess: the number that it probably has, which makes it a comparison of 40 bytes.
    @inline(__always)
    func number(ofUser user: UnsafeRawBufferPointer, guess: Int) -> Int? {
        if guess >= 0, publicKeys[guess].count == user.count, !user.isEmpty, publicKeys[guess].elementsEqual(user) {
            return guess
        }
        return user.elementsEqual(publicKeys[Self.local]) ? Self.local : numbers[Array(user)]
    }
}

// MARK: - Whose message it is

extension AccessTable {
    /// Whose message this is; nil for a key that is not known.
    @inline(__always)
    func number(of message: borrowing Message, guess: Int) -> Int? {
        message.withProperty(.userID) { user in
            if let user { return number(ofUser: user, guess: guess) }
            // What comes from this process has no connection.
            return message.withProperty(.peerAddress) { $0 == nil } ? Self.own : Self.stranger
        }
    }
}

// MARK: - Calling

extension AccessTable {
    /// Whether an operation of a service may be called; `row` is the number of the service, nil when it has none.
    @inline(__always)
    mutating func mayCall(_ request: EnvelopeView, row: Int?, by number: Int) -> Bool {
        guard let row else { return identities[number].mayCall(request.operation, of: request.service) }
        switch verdict(on: request.service, row: row, for: number) {
        case .all: return true
        case .some: return identities[number].mayCall(request.operation, of: request.service)
        case .unknown: return false
        }
    }

    /// The number of a service is used for another one from now on.
    mutating func forget(service row: Int) {
        if row < verdicts.count { verdicts[row] = [] }
    }

    @inline(__always)
    private mutating func verdict(on service: UnsafeRawBufferPointer, row: Int, for number: Int) -> Verdict {
        if row < verdicts.count, number < verdicts[row].count, verdicts[row][number] != .unknown {
            return verdicts[row][number]
        }
        return findVerdict(on: service, row: row, for: number)
    }

    private mutating func findVerdict(on service: UnsafeRawBufferPointer, row: Int, for number: Int) -> Verdict {
        while verdicts.count <= row { verdicts.append([]) }
        while verdicts[row].count < identities.count { verdicts[row].append(.unknown) }
        let verdict: Verdict = identities[number].mayCallAll(of: service) ? .all : .some
        verdicts[row][number] = verdict
        return verdict
    }
}
