import Synchronization

/// The forms of the services that were called, each as long as its entry says the same.
final class FormsCache: Sendable {
    private struct Item {
        var serviceURL: String
        var forms: ServiceForms
    }
    private let items = Mutex<[String: Item]>([:])

    /// What is kept at most; beyond it, everything is asked for again.
    private static let limit = 10_000

    /// The forms of an entry; nil when they are not known, or were another URL's.
    func forms(of registryID: String, at serviceURL: String) -> ServiceForms? {
        items.withLock { items in
            guard let item = items[registryID], item.serviceURL == serviceURL else { return nil }
            return item.forms
        }
    }

    func keep(_ forms: ServiceForms, of registryID: String, at serviceURL: String) {
        items.withLock { items in
            if items.count >= Self.limit { items.removeAll() }
            items[registryID] = Item(serviceURL: serviceURL, forms: forms)
        }
    }

    /// A link that led nowhere is not followed twice.
    func forget(_ registryID: String) {
        items.withLock { $0[registryID] = nil }
    }
}
