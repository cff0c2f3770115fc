import Bus
import JSON

/// Who is listed, who has to leave, and what is told of it: decisions only.
///
/// Every change of an entry is kept, raises the revision by one and is one event. What is to be done about a decision
/// gathers in ``effects``; who performs them takes them with ``takeEffects()``.
struct RegistryMachine: Sendable {
    let configuration: LivenessConfiguration
    private(set) var view: RegistryView
    private var effects = RegistryEffects()
    private var sequences: [String: UInt64] = [:]
    /// The id of the HTTP entry with that address.
    private var addresses: [HTTPAddress: String] = [:]
    var pings: [String: PingState] = [:]
    var bus: BusMembership
    private let makeID: @Sendable () -> String

    /// - Parameters:
    ///   - contents: what the registry knew before.
    ///   - source: names this life of the registry in its events.
    init(
        _ configuration: LivenessConfiguration,
        restoring contents: RegistryContents = RegistryContents(),
        source: String,
        at moment: Moment,
        makeID: @escaping @Sendable () -> String = UUIDv7.make
    ) {
        self.configuration = configuration
        self.makeID = makeID
        view = RegistryView(
            source: source,
            entries: OrderedTable(contents.entries, by: \.registryID),
            bindings: OrderedTable(contents.bindings, by: \.bindingID)
        )
        bus = BusMembership(names: contents.names)
        for entry in contents.entries {
            restore(entry, at: moment)
        }
    }

    /// When ``expire(at:)`` has something to do next; nil when nothing is due.
    var nextDeadline: ContinuousClock.Instant? {
        [nextPing, bus.nextDeadline].compactMap(\.self).min()
    }

    /// Does what time asks for: pings that are due, and bus services whose time to come back is over.
    mutating func expire(at moment: Moment) {
        startPings(at: moment)
        evictLostServices(at: moment)
    }

    /// What is to be done since this was last asked.
    mutating func takeEffects() -> RegistryEffects {
        defer { effects = RegistryEffects() }
        return effects
    }
}

// MARK: - What clients ask for

extension RegistryMachine {
    /// Lists a service, or renews the entry that has its URL.
    ///
    /// - Throws: a 507 ``Problem`` when the registry is full.
    mutating func register(
        _ registration: Registration,
        at moment: Moment
    ) throws(Problem) -> (registryID: String, isNew: Bool) {
        let known = HTTPAddress(registration.serviceURL).flatMap { addresses[$0] }
        if let entry = known.flatMap({ view.entries[$0] }) {
            update(entry, with: registration, at: moment)
            return (entry.registryID, false)
        }
        guard view.entries.count < configuration.entryLimit else { throw .full("services", configuration.entryLimit) }
        return (add(registration, at: moment), true)
    }

    /// Notes a sign of life.
    ///
    /// - Throws: a 404 ``Problem`` when there is no such entry.
    mutating func renew(_ registryID: String, at moment: Moment) throws(Problem) {
        var entry = try known(registryID)
        entry.lastRenewed = moment.time
        seen(&entry, at: moment)
        save(entry, .renewed, at: moment)
    }

    /// Removes an entry with its bindings.
    ///
    /// - Throws: a ``Problem``: 404 when there is no such entry, 409 when it is a bus service that has workers.
    mutating func unregister(_ registryID: String, at moment: Moment) throws(Problem) {
        let entry = try known(registryID)
        guard entry.transport == .http || entry.instances == 0 else {
            throw Problem(
                .conflict,
                "Service \(entry.serviceName) is on the bus: it leaves the registry when its last worker has stopped"
            )
        }
        remove(entry, .unregistered, reason: "unregistered", at: moment)
    }

    /// Removes the entry with that URL, if it has that tag; nothing happens when there is none.
    mutating func unregister(serviceURL: String, tag: String?, at moment: Moment) {
        guard let id = HTTPAddress(serviceURL).flatMap({ addresses[$0] }), let entry = view.entries[id],
            tag.map(entry.tags.contains) ?? true
        else { return }
        remove(entry, .unregistered, reason: "unregistered", at: moment)
    }

    /// Notes that one service uses another, and answers the note's id.
    ///
    /// - Throws: a ``Problem``: 404 when there is no such entry, 507 when there are too many bindings.
    mutating func bind(source: String, target: String, at moment: Moment) throws(Problem) -> String {
        _ = try known(source)
        _ = try known(target)
        guard view.bindings.count < configuration.bindingLimit else {
            throw .full("bindings", configuration.bindingLimit)
        }
        let id = makeID()
        let binding = Binding(
            bindingID: id,
            sourceRegistryID: source,
            targetRegistryID: target,
            createdAt: moment.time
        )
        view.bindings.put(binding)
        effects.changes.append(.saveBinding(binding))
        return id
    }

    /// - Throws: a 404 ``Problem`` when there is no such binding.
    mutating func unbind(_ bindingID: String) throws(Problem) {
        guard view.bindings.remove(bindingID) != nil else { throw .unknownBinding(bindingID) }
        effects.changes.append(.removeBinding(bindingID: bindingID))
    }

    private func known(_ registryID: String) throws(Problem) -> RegistryEntry {
        guard let entry = view.entries[registryID] else { throw .unknownService(registryID) }
        return entry
    }

    private mutating func add(_ registration: Registration, at moment: Moment) -> String {
        let entry = RegistryEntry(makeID(), registration, at: moment.time)
        track(entry, at: moment)
        save(entry, .registered, at: moment)
        return entry.registryID
    }

    private mutating func update(_ entry: RegistryEntry, with registration: Registration, at moment: Moment) {
        var new = RegistryEntry(entry.registryID, registration, at: moment.time)
        new.registeredAt = entry.registeredAt
        track(new, at: moment)
        save(new, .renewed, at: moment)
    }
}

// MARK: - What every change does

extension RegistryMachine {
    /// What happened to an entry: the last word of the event's type.
    enum Happening: String {
        case registered, renewed, changed, evicted, unregistered
    }

    /// Makes an id, as the platform's are.
    func newID() -> String { makeID() }

    /// Puts an entry into the registry and tells of it. `isKept` is false for what a restart finds out anew.
    mutating func save(
        _ entry: RegistryEntry,
        _ happening: Happening,
        reason: String? = nil,
        isKept: Bool = true,
        at moment: Moment
    ) {
        view.entries.put(entry)
        if isKept { effects.changes.append(.save(entry)) }
        tell(happening, entry, reason: reason, at: moment)
    }

    /// Takes an entry out of the registry, with its bindings, and tells of it.
    mutating func remove(_ entry: RegistryEntry, _ happening: Happening, reason: String, at moment: Moment) {
        view.entries.remove(entry.registryID)
        effects.changes.append(.remove(registryID: entry.registryID))
        for binding in view.bindings.values where binding.names(entry.registryID) {
            view.bindings.remove(binding.bindingID)
            effects.changes.append(.removeBinding(bindingID: binding.bindingID))
        }
        forget(entry)
        tell(happening, entry, reason: reason, at: moment)
    }

    /// Changes an entry without telling anybody: only when it was last seen moves.
    mutating func touch(_ entry: RegistryEntry) {
        view.entries.put(entry)
    }

    mutating func remember(serviceName: String, registryID: String) {
        effects.changes.append(.remember(serviceName: serviceName, registryID: registryID))
    }

    mutating func forget(serviceName: String) {
        effects.changes.append(.forget(serviceName: serviceName))
    }

    mutating func ping(_ registryID: String) {
        effects.pings.append(registryID)
    }

    private mutating func tell(_ happening: Happening, _ entry: RegistryEntry, reason: String?, at moment: Moment) {
        view.revision += 1
        let sequence = sequences[entry.serviceName, default: 0] + 1
        sequences[entry.serviceName] = sequence
        var data: JSONObject = ["revision": JSONValue(view.revision), "entry": entry.json()]
        data["reason"] = reason.map(JSONValue.string)
        effects.events.append(
            Event(
                topic: "registry." + entry.serviceName,
                sequence: sequence,
                type: "platform.service." + happening.rawValue,
                source: view.source,
                id: makeID(),
                time: moment.time,
                data: .object(data)
            )
        )
    }

    /// Remembers how an HTTP entry is found and looked after.
    private mutating func track(_ entry: RegistryEntry, at moment: Moment) {
        if let address = HTTPAddress(entry.serviceURL) { addresses[address] = entry.registryID }
        schedulePing(of: entry, at: moment)
    }

    private mutating func restore(_ entry: RegistryEntry, at moment: Moment) {
        var entry = entry
        switch entry.transport {
        case .http:
            entry.health = .passing
            track(entry, at: moment)
        case .bus:
            // Nobody knows yet: the first snapshot of the bus tells.
            entry.health = .critical
            entry.instances = 0
            bus.list(entry.serviceName, as: entry.registryID)
        }
        view.entries.put(entry)
    }

    private mutating func forget(_ entry: RegistryEntry) {
        if let address = HTTPAddress(entry.serviceURL) { addresses[address] = nil }
        pings[entry.registryID] = nil
        if entry.transport == .bus { bus.unlist(entry.serviceName) }
        forgetOldSequences()
    }

    /// A name that nobody has any more keeps its count, so that it goes on without a jump when it comes back; but not
    /// more of them than there may be entries.
    private mutating func forgetOldSequences() {
        guard sequences.count > view.entries.count + configuration.entryLimit else { return }
        let names = Set(view.entries.values.map(\.serviceName))
        sequences = sequences.filter { names.contains($0.key) }
    }
}

extension RegistryEntry {
    fileprivate init(_ registryID: String, _ registration: Registration, at time: Timestamp) {
        self.init(
            registryID: registryID,
            serviceName: registration.serviceName,
            transport: .http,
            serviceURL: registration.serviceURL,
            tags: registration.tags,
            semanticProfile: registration.semanticProfile,
            mediaTypes: registration.mediaTypes,
            pingURL: registration.pingURL,
            registeredAt: time
        )
    }
}

extension Problem {
    static func unknownService(_ id: String) -> Problem {
        Problem(.notFound, "Service not found: \(id)")
    }

    static func unknownBinding(_ id: String) -> Problem {
        Problem(.notFound, "Binding not found: \(id)")
    }

    fileprivate static func full(_ things: String, _ limit: Int) -> Problem {
        Problem(507, "The registry holds \(limit) \(things), which is its limit")
    }
}
