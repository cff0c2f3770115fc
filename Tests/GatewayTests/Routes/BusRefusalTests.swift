import Bus
import HTTPTypes
import Testing

@testable import Gateway

@Suite struct BusRefusalTests {
    @Test(arguments: [
        (BusError.Code.noWorker, 503), (.overloaded, 503), (.unreachable, 503), (.timedOut, 504), (.tooLarge, 413),
        (.forbidden, 403), (.workerLost, 502),
    ])
    func whatTheBusSaysHasItsStatus(_ code: BusError.Code, _ status: Int) {
        let refusal = Refusal(BusError(code, "why"), service: "person", within: GatewayConfiguration())
        #expect(refusal.status.code == status)
        #expect(refusal.sentence.contains("person"))
    }
}
