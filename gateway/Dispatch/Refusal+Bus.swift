import Bus
import HTTPTypes

extension Refusal {
    static let busUnreachable = Self(
        status: .serviceUnavailable,
        sentence: "The bus is not reachable",
        fields: [.retryAfter: "1"]
    )

    /// What a service said, without the members that only it knows.
    init(_ problem: Problem) {
        self.init(status: HTTPResponse.Status(code: Int(problem.status.rawValue)), sentence: problem.sentence)
    }

    /// What a client is told when the bus has no reply for it; the sentence names the service.
    init(_ error: BusError, service: String, within configuration: GatewayConfiguration) {
        switch error.code {
        case .noWorker:
            self.init(unavailable: "Service \(service) has no worker now", retryAfter: configuration.retryAfter)
        case .overloaded:
            let wait = error.retryAfter.map { max(1, Int($0.components.seconds)) }
            self.init(
                unavailable: "Service \(service) is overloaded",
                retryAfter: wait ?? configuration.retryAfter
            )
        case .unreachable, .closed:
            self.init(
                unavailable: "Service \(service) cannot be asked: the bus is not reachable",
                retryAfter: configuration.retryAfter
            )
        case .timedOut:
            self.init(status: .gatewayTimeout, sentence: "Service \(service) did not answer in time")
        case .forbidden:
            self.init(status: .forbidden, sentence: "The gateway may not ask service \(service): \(error.message)")
        case .tooLarge:
            self.init(status: .contentTooLarge, sentence: "The request to service \(service) is too large for the bus")
        default:
            self.init(status: .badGateway, sentence: "Service \(service) gave no answer: \(error.message)")
        }
    }

    private init(unavailable sentence: String, retryAfter seconds: Int) {
        self.init(status: .serviceUnavailable, sentence: sentence, fields: [.retryAfter: "\(seconds)"])
    }
}
