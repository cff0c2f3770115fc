import Logging
import Subprocess

/// One process of a handler, from its start until it was waited for.
struct HandlerLife: Sendable {
    let number: Int
    let program: HandlerProgram
    let post: AsyncStream<HandlerProcess.Event>.Continuation
    let logger: Logger

    /// Returns when the process is gone; cancelled, it kills it.
    func live() async {
        post.yield(.gone(number, await ending()))
    }

    static func end(_ running: HandlerProcess.Running) async {
        await running.teardown(
            using: [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: HandlerProgram.patience)]
        )
    }

    /// Why the process is gone, to go on after "The handler of 'x'".
    private func ending() async -> String {
        do {
            let result = try await run(
                program.configuration,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { running in
                post.yield(.started(number, running))
                async let log: Void = logErrors(of: running)
                try await read(running)
                await Self.end(running)
                await log
            }
            return "ended: \(result.terminationStatus)"
        } catch is HandlerLines.TooLong {
            return "answered with a line that is too long"
        } catch is CancellationError {
            return "was killed"
        } catch {
            return "could not be run: \(error)"
        }
    }

    private func read(_ running: HandlerProcess.Running) async throws {
        var lines = HandlerLines(limit: HandlerLine.limit)
        for try await buffer in running.standardOutput {
            do {
                for line in try lines.add(buffer.withUnsafeBytes { Array($0) }) { post.yield(.received(number, line)) }
            } catch {
                post.yield(.closed(number, "answered with a line of more than \(HandlerLine.limit) bytes"))
                throw error
            }
        }
        post.yield(.closed(number, "ended before it answered"))
    }

    /// What the handler writes to its standard error, as far as a log can bear it.
    private func logErrors(of running: HandlerProcess.Running) async {
        var log = HandlerLog()
        do {
            for try await buffer in running.standardError {
                let lines = log.lines(adding: buffer.withUnsafeBytes { Array($0) }, at: .now)
                for line in lines { logger.notice("handler says", metadata: ["line": "\(line)"]) }
            }
        } catch {
            logger.debug("handler's standard error cannot be read", metadata: ["error": "\(error)"])
        }
    }
}

/// Bounds what a handler may write to the log: lines of 1,000 bytes, a hundred in ten seconds. The rest is dropped.
struct HandlerLog {
    static let lengthLimit = 1_000
    static let lineLimit = 100
    private static let period: Duration = .seconds(10)

    private var rest: [UInt8] = []
    private var count = 0
    private var periodEnd: ContinuousClock.Instant?

    mutating func lines(adding bytes: [UInt8], at now: ContinuousClock.Instant) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte != UInt8(ascii: "\n") {
                if rest.count < Self.lengthLimit { rest.append(byte) }
            } else {
                if isAllowed(at: now) { lines.append(String(decoding: rest, as: UTF8.self)) }
                rest = []
            }
        }
        return lines
    }

    private mutating func isAllowed(at now: ContinuousClock.Instant) -> Bool {
        if periodEnd.map({ $0 <= now }) ?? true { (periodEnd, count) = (now + Self.period, 0) }
        count += 1
        return count <= Self.lineLimit
    }
}
