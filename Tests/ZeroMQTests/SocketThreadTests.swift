import Glibc
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1))) struct SocketThreadTests {
    private struct Refusal: Error {}

    @Test func theResultOfTheThreadIsTheResultOfTheCall() async throws {
        #expect(try await onSocketThread(named: "adds") { 1 + 1 } == 2)
    }

    @Test func anErrorOfTheThreadIsThrownByTheCall() async {
        await #expect(throws: Refusal.self) { try await onSocketThread(named: "refuses") { throw Refusal() } }
    }

    @Test func theThreadHasItsName() async throws {
        let name = try await onSocketThread(named: "a-name-that-is-too-long") { currentThreadName() }
        #expect(name == "a-name-that-is-")
    }

    @Test func moreThreadsThanCoresMayWaitForEachOther() async throws {
        let context = Context()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                let endpoint = TestEndpoint.unique()
                group.addTask {
                    try await onSocketThread(named: "receives") {
                        let socket = try Socket(.pair, in: context)
                        try socket.bind(endpoint)
                        return Int(try socket.receiveMultipart()?.first?.first ?? 0)
                    }
                }
                group.addTask {
                    try await onSocketThread(named: "sends") {
                        let socket = try Socket(.pair, in: context)
                        try socket.set(.linger, to: .seconds(60))
                        try socket.connect(endpoint)
                        try socket.sendMultipart([[UInt8(number)]])
                        return 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 190)
    }
}

/// The kernel's name of this thread.
private func currentThreadName() -> String {
    guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
    defer { fclose(file) }
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = fread(&buffer, 1, buffer.count, file)
    return String(decoding: buffer.prefix(count).prefix { $0 != 0x0A }, as: UTF8.self)
}
