import Foundation
import Synchronization

/// A thread that waits for what other processes tell through `NOTIFY`, and for a time that the database knows.
///
/// It sleeps in `poll` on its connection; nothing is asked again and again. After a connection was lost it yields once
/// for what it may have missed.
final class PostgresListener: Sendable {
    /// How soon again it yields when what is due was not taken.
    private static let pause: Duration = .seconds(1)

    private let address: PostgresAddress
    private let settings: PostgresDatabase.Configuration
    private let command: String
    private let topic: String
    private let question: PostgresCommand
    private let heard: AsyncStream<Void>.Continuation
    private let stop: StopSignal

    /// - Parameters:
    ///   - command: the `LISTEN`.
    ///   - topic: only notices with this payload count.
    ///   - question: asks for the milliseconds until something is due; NULL when nothing is.
    init(
        _ address: PostgresAddress,
        _ settings: PostgresDatabase.Configuration,
        command: String,
        topic: String,
        question: PostgresCommand,
        heard: AsyncStream<Void>.Continuation,
        stop: StopSignal
    ) {
        self.address = address
        self.settings = settings
        self.command = command
        self.topic = topic
        self.question = question
        self.heard = heard
        self.stop = stop
    }

    /// Listens until it is stopped. Blocks its thread.
    func run() {
        var lane = PostgresLane(address, settings, isClosing: { [stop] in stop.isGiven })
        while !stop.isGiven {
            do {
                try listen(on: try lane.connected(until: .now + settings.patience))
            } catch {
                lane.lose()
            }
        }
        heard.finish()
    }

    private func listen(on connection: PostgresConnection) throws {
        _ = try connection.run([PostgresCommand(sql: command)], within: settings.answerTimeout)
        heard.yield()
        while !stop.isGiven {
            var wait = try untilDue(connection)
            if let due = wait, due <= .zero {
                heard.yield()
                wait = Self.pause
            }
            let notices = try connection.notices(within: wait, orUntil: stop)
            if notices.contains(topic) { heard.yield() }
        }
    }

    private func untilDue(_ connection: PostgresConnection) throws -> Duration? {
        switch try connection.run([question], within: settings.answerTimeout).first {
        case .rows(let rows):
            return rows.first { $0.optionalInteger(0) }.flatMap(\.self).map { .milliseconds($0) }
        case .failed(let refusal): throw refusal
        case .skipped, nil: return nil
        }
    }
}
