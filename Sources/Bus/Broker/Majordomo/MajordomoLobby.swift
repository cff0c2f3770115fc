/// Requests of Majordomo clients for services that nobody offers yet: RFC 18 wants them to wait for a worker.
struct MajordomoLobby: Sendable {
    struct Guest: Sendable {
        let peer: Int
        let request: Envelope
        let deadline: Moment
    }

    private var guests: [String: [Guest]] = [:]
    private(set) var bytes = 0

    /// The names of services that something waits for.
    var services: Set<String> { Set(guests.keys) }

    /// Lets a request wait; false when there is no room.
    mutating func admit(_ guest: Guest, limit: Int) -> Bool {
        guard bytes + Self.cost(of: guest) <= limit else { return false }
        bytes += Self.cost(of: guest)
        guests[guest.request.service, default: []].append(guest)
        return true
    }

    /// Hands out all that waits for a service, in order.
    mutating func takeAll(for service: String) -> [Guest] {
        let taken = guests.removeValue(forKey: service) ?? []
        bytes -= taken.reduce(0) { $0 + Self.cost(of: $1) }
        return taken
    }

    /// Hands out what has waited too long, or whose client is gone.
    mutating func takeAll(where isOver: (Guest) -> Bool) -> [Guest] {
        let over = guests.values.joined().filter(isOver)
        guard !over.isEmpty else { return [] }
        guests = guests.mapValues { $0.filter { !isOver($0) } }.filter { !$0.value.isEmpty }
        bytes -= over.reduce(0) { $0 + Self.cost(of: $1) }
        return over
    }

    /// Short requests cost their rows, too.
    private static func cost(of guest: Guest) -> Int { guest.request.body.count + 512 }
}
