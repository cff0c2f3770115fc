import Glibc
import Platform
import ServiceLifecycle

/// Tells whoever started this process that it answers, by a line on a descriptor: nobody has to ask again and again.
///
/// The protocol is that of a shell's `read`: the line `ready`, then the end of the file. A process that fails
/// before closes the descriptor by ending.
struct ReadinessReport: Service {
    private let service: any ReadyReporting
    private let descriptor: Int32?

    init(of service: any ReadyReporting, to descriptor: Int32?) {
        self.service = service
        self.descriptor = descriptor
    }

    func run() async throws {
        try await service.waitUntilReady()
        guard let descriptor else { return }
        let line = Array("ready\n".utf8)
        _ = write(descriptor, line, line.count)
        _ = close(descriptor)
    }
}
