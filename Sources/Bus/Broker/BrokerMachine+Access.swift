/// What the access rules refuse. Without rules everybody may do everything.
extension BrokerMachine {
    /// Whose rights a peer has; a stranger's as long as it is not known who it is.
    @inline(__always)
    private func identity(ofPeer peer: Int) -> Int {
        let identity = peers[peer].identity
        return identity == PeerRow.nobody ? AccessTable.stranger : identity
    }

    @inline(__always)
    mutating func mayCall(_ request: EnvelopeView, from peer: Int) -> Bool {
        if access == nil { return true }
        let (row, identity) = (services.row(of: request.service), identity(ofPeer: peer))
        return access?.mayCall(request, row: row, by: identity) ?? true
    }

    func mayServe(_ service: some RandomAccessCollection<UInt8>, as peer: Int) -> Bool {
        access.map { $0[identity(ofPeer: peer)].mayServe(service) } ?? true
    }

    /// How the key of a peer is called; empty without rules, and for who has no rights.
    func name(ofPeer peer: Int) -> String { access.map { $0[identity(ofPeer: peer)].name } ?? "" }

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
        access?.replace(with: rules)
        for peer in Array(peers.indices) {
            dismissWorker(ofPeer: peer)
            if name(ofPeer: peer).isEmpty { takeBackRequests(of: peer) }
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
