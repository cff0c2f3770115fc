import DequeModule
import Synchronization

/// So many places for each name; who comes when all places of a name are taken waits, and is served in turn.
///
/// A name that nobody uses takes no memory.
final class PlacesByName: Sendable {
    private struct Places {
        var taken = 0
        var line: Deque<Promise<Void>> = []
    }

    private let limit: Int
    private let places = Mutex<[String: Places]>([:])

    /// - Parameter limit: how many places each name has, at least one.
    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    /// Takes a place of `name`, runs `body`, and gives the place up.
    ///
    /// - Throws: what `body` throws; `CancellationError` when the task is cancelled while it waits.
    func withPlace<R>(_ name: String, _ body: () async throws -> R) async throws -> R {
        if let turn = lineUp(for: name) {
            do {
                try await turn.value
            } catch {
                giveUp(turn, for: name)
                throw error
            }
        }
        defer { leave(name) }
        return try await body()
    }

    /// Nil when a place was free and is taken now.
    private func lineUp(for name: String) -> Promise<Void>? {
        places.withLock { places in
            guard places[name, default: Places()].taken >= limit else {
                places[name, default: Places()].taken += 1
                return nil
            }
            let turn = Promise<Void>()
            places[name]?.line.append(turn)
            return turn
        }
    }

    private func giveUp(_ turn: Promise<Void>, for name: String) {
        let wasWaiting = places.withLock { places in
            guard let index = places[name]?.line.firstIndex(where: { $0 === turn }) else { return false }
            places[name]?.line.remove(at: index)
            return true
        }
        // The place was handed over in the same moment.
        if !wasWaiting { leave(name) }
    }

    /// Hands the place to whoever is first in line.
    private func leave(_ name: String) {
        let next = places.withLock { places -> Promise<Void>? in
            if let next = places[name]?.line.popFirst() { return next }
            places[name]?.taken -= 1
            if places[name]?.taken == 0 { places[name] = nil }
            return nil
        }
        next?.fulfil(.success(()))
    }
}
