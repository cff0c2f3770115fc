import Bus
import Glibc
import JSON
import Logging
import Subprocess

/// Does what the machine decides: starts and ends processes, writes, answers, keeps time.
struct HandlerLoop {
    private struct Life {
        var task: Task<Void, Never>
        var running: HandlerProcess.Running?
    }

    private let program: HandlerProgram
    private let post: AsyncStream<HandlerProcess.Event>.Continuation
    private let logger: Logger
    private var machine: HandlerMachine
    private var calls: [Int: HandlerCall] = [:]
    private var lives: [Int: Life] = [:]
    private var lastCall = 0
    private var watch: Task<Void, Never>?

    init(_ program: HandlerProgram, post: AsyncStream<HandlerProcess.Event>.Continuation, logger: Logger) {
        self.program = program
        self.post = post
        var logger = logger
        logger[metadataKey: "command"] = "\(program.command)"
        self.logger = logger
        machine = HandlerMachine(command: program.command)
    }

    mutating func handle(_ event: HandlerProcess.Event) {
        switch event {
        case .called(let call): called(call)
        case .started(let life, let running):
            lives[life]?.running = running
            perform(machine.started(life: life))
        case .received(let life, let line): perform(machine.received(line, life: life))
        case .closed(let life, let reason): perform(machine.closed(life: life, because: reason))
        case .gone(let life, let reason): gone(life, reason)
        case .paused: perform(machine.paused())
        case .timedOut(let call): perform(machine.timedOut(call))
        case .ended: perform(machine.ended())
        }
        if machine.isEnded, lives.isEmpty { post.finish() }
    }

    private mutating func called(_ call: HandlerCall) {
        // Who gave up while others had their turn needs no answer any more.
        guard !call.isAnswered else { return }
        lastCall += 1
        calls[lastCall] = call
        perform(machine.called(HandlerMachine.Call(number: lastCall, line: call.line)))
    }

    private mutating func gone(_ life: Int, _ reason: String) {
        lives[life] = nil
        if !machine.isEnded { logger.warning("handler ended", metadata: ["reason": "\(reason)"]) }
        perform(machine.closed(life: life, because: reason))
    }

    private mutating func perform(_ actions: [HandlerMachine.Action]) {
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: HandlerMachine.Action) {
        switch action {
        case .start(let life): start(life)
        case .write(let line, let life): write(line, life)
        case .answer(let number, let answer):
            calls.removeValue(forKey: number)?.answer(answer.mapError { $0 })
        case .watch(let number):
            watch?.cancel()
            watch = report(.timedOut(number), after: program.timeout)
        case .pause(let time): _ = report(.paused, after: time)
        case .kill(let life): lives[life]?.task.cancel()
        case .end(let life): end(life)
        }
    }

    private func report(_ event: HandlerProcess.Event, after time: Duration) -> Task<Void, Never> {
        Task { [post] in
            try? await Task.sleep(for: time)
            if !Task.isCancelled { post.yield(event) }
        }
    }

    private mutating func start(_ life: Int) {
        // A handler that died must be an error of writing, not the end of the engine.
        signal(SIGPIPE, SIG_IGN)
        let task = Task { [program, post, logger] in
            await HandlerLife(number: life, program: program, post: post, logger: logger).live()
        }
        lives[life] = Life(task: task)
    }

    /// Writing waits where the handler does not read; that it died is seen by its output.
    private func write(_ line: [UInt8], _ life: Int) {
        guard let running = lives[life]?.running else { return }
        Task { _ = try? await running.standardInputWriter.write(line) }
    }

    private func end(_ life: Int) {
        guard let running = lives[life]?.running else {
            lives[life]?.task.cancel()
            return
        }
        Task { await HandlerLife.end(running) }
    }
}
