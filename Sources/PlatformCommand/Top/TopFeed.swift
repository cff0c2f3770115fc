import Bus
import Logging
import ZeroMQ

/// Follows what every broker publishes of itself, over a subscriber each: a subscriber of all would hear one of them.
struct TopFeed: Sendable {
    enum Report: Sendable {
        case heard(Int, BusStatistics)
        /// The broker did not answer; it is tried again.
        case unreachable(Int)
    }

    /// How long a broker may take to answer.
    static let patience: Duration = .seconds(5)

    private let subscribers: [EventSubscriber]

    init(endpoints: [Endpoint], security: CurveClient?, context: Context, logger: Logger) {
        subscribers = endpoints.map {
            EventSubscriber(endpoint: $0, context: context, logger: logger, security: security)
        }
    }

    /// Reports until the task is cancelled.
    func run(_ report: @escaping @Sendable (Report) -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, subscriber) in subscribers.enumerated() {
                group.addTask { try await subscriber.run() }
                group.addTask { try await Self.follow(subscriber) { report($0.report(of: index)) } }
            }
            try await group.waitForAll()
        }
    }

    private enum Word: Sendable {
        case heard(BusStatistics)
        case unreachable

        func report(of broker: Int) -> Report {
            switch self {
            case .heard(let statistics): .heard(broker, statistics)
            case .unreachable: .unreachable(broker)
            }
        }
    }

    private static func follow(_ subscriber: EventSubscriber, _ tell: @Sendable (Word) -> Void) async throws {
        while !Task.isCancelled {
            do {
                let subscription = try await subscriber.subscribe(to: BusStatistics.topic, within: patience)
                for await case .events(let events) in subscription {
                    if let last = events.last { tell(.heard(BusStatistics(last))) }
                }
                return
            } catch let error as BusError where error.code == .unreachable {
                tell(.unreachable)
            }
        }
    }
}
