/// Lets everybody through once so many have come.
actor Gate {
    private let count: Int
    private var arrived = 0
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(opensAt count: Int) {
        self.count = count
    }

    func arrive() async {
        arrived += 1
        if arrived < count {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            for continuation in waiting { continuation.resume() }
            waiting = []
        }
    }
}
