import JSON

extension EngineUndo {
    /// Takes an effect back in `store`.
    ///
    /// What others did to the resource since then is left alone: members that the command did not touch stay, and a
    /// resource that somebody removed stays removed.
    ///
    /// - Throws: ``Refusal`` 409 when a deleted resource cannot be put back, as there is another with its id by now.
    func apply(in store: any EngineTransaction) throws {
        switch self {
        case .remove(let id):
            try store.removeResource(id)
        case .restoreMembers(let id, let before, let added):
            guard var value = try store.resource(id)?.value else { return }
            for (name, old) in before { value[name] = old }
            for name in added { value.removeValue(forKey: name) }
            try store.put(value, id: id)
        case .restore(let resource, overwritten: true):
            guard try store.resource(resource.id) != nil else { return }
            try store.put(resource.value, id: resource.id)
        case .restore(let resource, overwritten: false):
            guard try store.resource(resource.id) == nil else { throw Refusal.exists(resource.id) }
            try store.put(resource.value, id: resource.id, position: resource.position)
        }
    }
}
