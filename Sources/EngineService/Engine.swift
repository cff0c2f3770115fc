import Bus
public import JSON
public import Logging

/// A service that does what its design says: execute, repeat, revert.
///
/// ```swift
/// var engine = Engine(design: try Design(parsing: bytes), store: MemoryEngineStore())
/// engine.command("uppercase") { context in
///     ["text": .string(context["text"]?.stringValue?.uppercased() ?? "")]
/// }
/// ```
///
/// Calls may come at the same time; those for one request id run one after another. What a request id has done is
/// remembered with its effect, so a request that comes again is answered and not done again, also after a crash.
public struct Engine: Sendable {
    public let design: Design

    /// How long a request id is remembered. Default: 30 days.
    ///
    /// After that, a request that comes again is a new one, and cannot be undone any more.
    public var receiptRetention: Duration = .seconds(30 * 24 * 3_600)

    let store: any EngineStore
    let machine: EngineMachine
    private(set) var customCommands: [String: CustomCommand] = [:]
    private let handlers: [HandlerProcess]
    private let turns = Turns()
    private let retirement = ReceiptRetirement()
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - design: what is served.
    ///   - store: where resources and receipts are kept; made for this service alone.
    ///   - folder: where the design is, from which the programs of its handlers are looked for. Default: the working
    ///     directory.
    public init(design: Design, store: any EngineStore, folder: String = ".") {
        self.init(design: design, store: store, folder: folder, now: { .now }, makeID: { UUIDv7.make() })
    }

    init(
        design: Design,
        store: any EngineStore,
        folder: String = ".",
        now: @escaping @Sendable () -> Timestamp,
        makeID: @escaping @Sendable () -> String
    ) {
        self.design = design
        self.store = store
        self.now = now
        machine = EngineMachine(design, makeID: makeID)
        handlers = design.commands.compactMap { command in
            command.handler.map { HandlerProcess(HandlerProgram(command.name, $0, folder: folder)) }
        }
        for handler in handlers {
            self.command(handler.program.command) { context in
                try await handler.answer(HandlerLine.request(context, resource: design.resourceType))
            }
        }
    }

    /// Says what a command of the design does, in the place of what the engine does for a command of that name.
    ///
    /// - Parameters:
    ///   - name: a command of the design; another name is a fault that ``validate()`` finds.
    ///   - perform: carries it out.
    ///   - revert: undoes it; wanted where the design calls the command reversible, without it `revert` does nothing.
    public mutating func command(
        _ name: String,
        perform: @escaping CustomCommand.Perform,
        revert: CustomCommand.Revert? = nil
    ) {
        customCommands[name] = CustomCommand(perform: perform, revert: revert)
    }

    /// Checks that every command of the design can be carried out and every developer-defined one is in the design.
    ///
    /// - Throws: ``DesignError`` that names each command.
    public func validate() throws(DesignError) {
        let commands: JSONPointer = ["commands"]
        var faults: [DesignFault] = []
        for command in design.commands where !isImplemented(command.name) {
            faults.append(
                DesignFault(
                    commands.appending(command.name),
                    "is no command of the engine and nothing was defined for it"
                )
            )
        }
        for name in customCommands.keys.sorted() where design.command(name) == nil {
            faults.append(DesignFault(commands.appending(name), "is missing, though a behaviour was defined for it"))
        }
        for program in handlers.map(\.program) {
            guard let file = program.missingFile else { continue }
            let pointer = commands.appending(program.command).appending("x-handler").appending("exec").appending(0)
            faults.append(DesignFault(pointer, "must be a program, and \(file) cannot be executed"))
        }
        guard faults.isEmpty else { throw DesignError(faults) }
    }

    /// Lets the design's handlers work until it is cancelled, then ends their processes; returns when none is left.
    ///
    /// A ``EngineHost`` does it for its engine. Without it, commands that have a handler wait.
    public func runHandlers(logger: Logger) async {
        await withDiscardingTaskGroup { group in
            for handler in handlers { group.addTask { await handler.run(logger: logger) } }
        }
    }

    private func isImplemented(_ name: String) -> Bool {
        customCommands[name] != nil || DefaultCommand(rawValue: name) != nil
    }
}

extension Engine {
    /// Carries out a command message.
    ///
    /// With a `requestId` that was executed before, the answer of then is given and nothing is done.
    ///
    /// - Parameters:
    ///   - body: `{ command, resource, id?, payload?, metadata?, requestId? }`.
    ///   - roles: what the caller may do.
    ///   - client: who asks, as others who look at what was changed are told.
    /// - Returns: The answer, also when it is a refusal.
    /// - Throws: Errors of the store, and what a developer-defined command throws but refusals.
    public func execute(
        _ body: JSONValue,
        roles: Set<String> = [],
        client: String? = nil
    ) async throws -> EngineAnswer {
        try await perform(body, .execute, roles: roles, client: client)
    }

    /// Carries out a command message so that doing it twice is doing it once: `create` overwrites, and `delete` of what
    /// is gone is no error. A `requestId` that was executed is enough to get the answer of then.
    public func `repeat`(
        _ body: JSONValue,
        roles: Set<String> = [],
        client: String? = nil
    ) async throws -> EngineAnswer {
        try await perform(body, .repeating, roles: roles, client: client)
    }

    /// Undoes what the request with that `requestId` has done, once; `{ "status": "noop" }` when there is nothing.
    ///
    /// A request that was reverted before it came is refused when it comes.
    public func revert(
        _ body: JSONValue,
        roles: Set<String> = [],
        client: String? = nil
    ) async throws -> EngineAnswer {
        try await answering(body, roles: roles, client: client) { request in
            let revert = try await recording { store, now in try machine.revert(request, in: store, at: now) }
            return switch revert {
            case .answered(let answer): answer
            case .custom(let receipt): try await revertCustom(receipt)
            }
        }
    }

    /// Says what a revert of the request with that `requestId` would come to, and does nothing.
    ///
    /// The answer is `{ requestId, command?, grade, changedBy?, reason? }`, where the grade is `reversible`,
    /// `irreversible`, `undone`, `changed` or `unknown`.
    public func inspect(_ body: JSONValue, roles: Set<String> = []) async throws -> EngineAnswer {
        do {
            let request = try EngineRequest(body, roles: roles)
            let inspection = try await store.read { store in
                try machine.inspect(request, hasRevert: { customCommands[$0].map { $0.revert != nil } }, in: store)
            }
            return .done(.ok, inspection.json)
        } catch let refusal as Refusal {
            return .refused(refusal)
        }
    }

    private func perform(
        _ body: JSONValue,
        _ mode: EngineRequest.Mode,
        roles: Set<String>,
        client: String?
    ) async throws -> EngineAnswer {
        try await answering(body, roles: roles, client: client) { request in
            if case .success(let message) = request.message, let custom = customCommands[message.command] {
                return try await perform(custom, request, mode)
            }
            if request.requestID == nil, let answer = try await look(request) { return answer }
            return try await recording { store, now in try machine.perform(request, mode, in: store, at: now) }
        }
    }

    /// Reads the request, waits for its turn, and makes an answer of a refusal.
    private func answering(
        _ body: JSONValue,
        roles: Set<String>,
        client: String?,
        _ respond: @Sendable (EngineRequest) async throws -> EngineAnswer
    ) async throws -> EngineAnswer {
        do {
            let request = try EngineRequest(body, roles: roles, client: client)
            guard let requestID = request.requestID else { return try await respond(request) }
            return try await turns.take(requestID) { try await respond(request) }
        } catch let refusal as Refusal {
            return .refused(refusal)
        }
    }

    /// A command that changes nothing and leaves no receipt does not wait for the writer.
    private func look(_ request: EngineRequest) async throws -> EngineAnswer? {
        let plan = try machine.plan(request)
        guard DefaultCommand(rawValue: plan.command.name)?.isReading == true else { return nil }
        return try await store.read { store in try machine.look(plan, in: store) }
    }

    private func recording<Result: Sendable>(
        _ body: @escaping @Sendable (any EngineTransaction, Timestamp) throws -> Result
    ) async throws -> Result {
        let now = now()
        let expiry = retirement.expiry(at: now, keeping: receiptRetention)
        return try await store.write { store in
            if let expiry { try store.removeReceipts(recordedBefore: expiry, limit: ReceiptRetirement.batch) }
            return try body(store, now)
        }
    }
}

extension Engine {
    private func perform(
        _ custom: CustomCommand,
        _ request: EngineRequest,
        _ mode: EngineRequest.Mode
    ) async throws -> EngineAnswer {
        let known = try await store.read { store in try machine.knownAnswer(to: request, mode, in: store) }
        if let known { return known }
        let plan = try machine.plan(request)
        let keepsCall = plan.command.isReversible && custom.revert != nil
        // Were the process to die in the middle, a revert must find what to undo.
        if keepsCall, try await !record(plan, .started, nil, keepCall: true) { return wasReverted(plan) }
        let answer = try await Self.answer(of: custom, plan, mode, store: store)
        if case .refused = answer {
            return try await record(plan, .refused, answer, keepCall: false) ? answer : wasReverted(plan)
        }
        if try await record(plan, .executed, answer, keepCall: keepsCall) { return answer }
        if plan.command.isReversible, let revert = custom.revert {
            try await revert(CommandContext(plan.call, isRepeated: false, store: store), Self.result(of: answer))
        }
        return wasReverted(plan)
    }

    private func wasReverted(_ plan: EngineMachine.Plan) -> EngineAnswer {
        .refused(.wasReverted(plan.call.requestID ?? ""))
    }

    private static func result(of answer: EngineAnswer?) -> JSONValue? {
        if case .done(_, let body?) = answer { body["result"] } else { nil }
    }

    private static func answer(
        of custom: CustomCommand,
        _ plan: EngineMachine.Plan,
        _ mode: EngineRequest.Mode,
        store: any EngineStore
    ) async throws -> EngineAnswer {
        let context = CommandContext(plan.call, isRepeated: mode == .repeating, store: store)
        do {
            let value = try await custom.perform(context)
            return plan.command.output.answer(value.isNull ? nil : value, usual: .ok)
        } catch let refusal as Refusal {
            return .refused(refusal)
        } catch let problem as Problem where 400...499 ~= problem.status.rawValue {
            return .refused(Refusal(problem.status, problem.sentence, members: problem.members))
        }
    }

    /// Whether the call stands: false when a revert, at another engine of the store, came meanwhile.
    private func record(
        _ plan: EngineMachine.Plan,
        _ state: EngineReceipt.State,
        _ answer: EngineAnswer?,
        keepCall: Bool
    ) async throws -> Bool {
        guard plan.call.requestID != nil else { return true }
        return try await recording { store, now in
            try machine.recordCustom(plan, state, answer, keepCall: keepCall, in: store, at: now)
        }
    }

    /// The receipt is marked when the developer's revert has ended: one that fails may be tried again.
    private func revertCustom(_ receipt: EngineReceipt) async throws -> EngineAnswer {
        guard let call = receipt.call, let revert = customCommands[receipt.command]?.revert else {
            return EngineMachine.noop
        }
        let result = Self.result(of: receipt.answer)
        try await revert(CommandContext(call, isRepeated: false, store: store), result)
        let ended = try await recording { store, now in try machine.endRevert(of: receipt, in: store, at: now) }
        if let ended { return try await revertCustom(ended) }
        return EngineMachine.reverted
    }
}
