import Bus
import JSON
public import ZeroMQ

extension StateService {
    /// Where the state service works, and how much it takes on.
    public struct Configuration: Sendable {
        /// Where brokers accept workers, one or more: the service works for all of them at once.
        public var endpoints: [Endpoint]
        /// Its keys and the brokers', for `tcp://` endpoints; nil for brokers without keys. Default: nil.
        public var security: CurveClient?
        /// How many requests it works on at once; 1 to 65,535. Default: 1,024.
        public var credits: Int
        /// How long a graceful shutdown waits for what is in hand. Default: 30 seconds.
        public var drainTimeout: Duration
        /// How many changes of one document its history keeps, the newest ones; a few more until they go together.
        /// Default: 10,000.
        public var historyLimit = 10_000
        /// How long the history keeps a change. Default: 30 days.
        public var historyAge: Duration = .seconds(30 * 24 * 3_600)
        /// The service's version, as `about` and discovery tell it. Default: "1.0.0".
        public var version: String

        /// A configuration of defaults.
        public init(
            endpoints: [Endpoint],
            credits: Int = 1024,
            drainTimeout: Duration = .seconds(30),
            version: String = "1.0.0"
        ) {
            self.endpoints = endpoints
            self.credits = credits
            self.drainTimeout = drainTimeout
            self.version = version
        }

        /// The same with one broker.
        public init(
            endpoint: Endpoint,
            credits: Int = 1024,
            drainTimeout: Duration = .seconds(30),
            version: String = "1.0.0"
        ) {
            self.init(endpoints: [endpoint], credits: credits, drainTimeout: drainTimeout, version: version)
        }
    }
}

extension StateService.Configuration {
    var machine: StateMachine {
        var machine = StateMachine()
        (machine.history.count, machine.history.age) = (max(historyLimit, 0), historyAge)
        return machine
    }

    var worker: BusWorker.Configuration {
        BusWorker.Configuration(
            service: StateService.name,
            endpoints: endpoints,
            credits: credits,
            announcement: [
                "tags": ["state", "store"],
                "mediaTypes": ["application/json"],
                "description": "Keeps documents and their versions, and streams their changes.",
                "version": .string(version),
            ],
            drainTimeout: drainTimeout,
            security: security
        )
    }
}
