import Synchronization

@testable import JobControl

/// A place where so many tasks must come before any of them goes on.
final class Meeting: Sendable {
    private let missing: Mutex<Int>
    private let everybodyIsHere = Promise<Void>()

    init(of count: Int) {
        missing = Mutex(count)
    }

    func meet() async {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { everybodyIsHere.fulfil(.success(())) }
        try? await everybodyIsHere.value
    }
}
