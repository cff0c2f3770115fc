/// One change of what a ``RegistryStore`` keeps.
public enum RegistryChange: Sendable, Hashable {
    /// Puts an entry in the place of the one with the same id, or behind all others.
    case save(RegistryEntry)
    /// Removes an entry; nothing happens when it is not there.
    case remove(registryID: String)
    case saveBinding(Binding)
    case removeBinding(bindingID: String)
    /// Remembers the id of a bus service for when it comes back.
    case remember(serviceName: String, registryID: String)
    /// Forgets what was remembered of a bus service; nothing happens when that is nothing.
    case forget(serviceName: String)
}
