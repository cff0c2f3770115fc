/// What the access rules refuse. Without rules everybody may do everything.
extension BrokerMachine {
    /// Whose rights a peer has; a stranger's as long as it is not known who it is.
    @inline(__always)
    private func number(ofPeer peer: Int) -> Int {
        let identity = peers[peer].identity
        return identity == PeerRow.nobody ? AccessTable.stranger : identity
    }

    /// The rights of a peer; nil without rules.
    @inline(__always)
    func identity(ofPeer peer: Int) -> AccessIdentity? { access.map { $0[number(ofPeer: peer)] } }

    @inline(__always)
    mutating func mayCall(_ request: EnvelopeView, from peer: Int) -> Bool {
        if access == nil { return true }
        let (row, identity) = (services.row(of: request.service), number(ofPeer: peer))
        return access?.mayCall(request, row: row, by: identity) ?? true
    }

    func mayServe(_ service: some RandomAccessCollection<UInt8>, as peer: Int) -> Bool {
        identity(ofPeer: peer)?.mayServe(service) ?? true
    }

    /// Whether a peer may call what is no envelope yet.
    func mayCall(_ operation: String, of service: String, as peer: Int) -> Bool {
        identity(ofPeer: peer)?.mayCall(Array(operation.utf8), of: Array(service.utf8)) ?? true
    }

    /// How the key of a peer is called; empty without rules, and for who has no rights.
    func name(ofPeer peer: Int) -> String { identity(ofPeer: peer)?.name ?? "" }

    mutating func forbid(_ request: EnvelopeView, from peer: Int) {
        let service = String(decoding: request.service, as: UTF8.self)
        let what = "\(service).\(String(decoding: request.operation, as: UTF8.self))"
        statistics.forbidden += 1
        actions.append(.logRefusal(what: "to call \(what)", to: name(ofPeer: peer)))
        answer(.forbidden(name: name(ofPeer: peer), what: what), correlation: request.correlation, to: peer)
    }

    /// Why a worker is not taken in.
    mutating func reasonToForbid(_ service: String, as peer: Int) -> Problem? {
        guard !mayServe(Array(service.utf8), as: peer) else { return nil }
        statistics.forbidden += 1
        actions.append(.logRefusal(what: "to serve \(service)", to: name(ofPeer: peer)))
        return Problem(.forbidden, "The key '\(name(ofPeer: peer))' may not serve '\(service)'.")
    }

    /// Puts other rules in force for those who are connected, too.
    mutating func replaceAccess(with rules: AccessRules) {
        guard access != nil else { return }
        let before = access
        access?.replace(with: rules)
        for peer in Array(peers.indices) {
            dismissWorker(ofPeer: peer)
            guard name(ofPeer: peer).isEmpty else { continue }
            endRequests(of: peer, called: before?[number(ofPeer: peer)].name ?? "")
        }
    }

    /// The key of this client has no entry any more: what it has under way ends, and it is told so.
    private mutating func endRequests(of client: Int, called name: String) {
        while let slot = peers[client].requests.firstSlot {
            let service = services[requests[slot].service].text
            let mayHaveRun = requests[slot].attempts > 0
            let refusal: BrokerRefusal = mayHaveRun ? .revoked(name: name) : .forbidden(name: name, what: service)
            statistics.forbidden += 1
            if requests[slot].state == .queued {
                giveUp(slot, because: refusal)
            } else {
                answer(refusal, correlation: requests[slot].clientCorrelation, to: client)
                abandon(slot)
            }
        }
    }

    private mutating func dismissWorker(ofPeer peer: Int) {
        let worker = peers[peer].worker
        guard worker != PeerRow.nobody else { return }
        let service = services[workers[worker].service]
        guard !mayServe(service.name, as: peer) else { return }
        tell(peer, .brokerGoodbye(.forbidden, sentence: "This key may not serve '\(service.text)' any more."))
        remove(worker: worker, because: "its key may not serve any more")
    }
}
