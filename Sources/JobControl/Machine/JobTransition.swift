/// What a ``JobMachine`` answers: entries to make durable, then actions to carry out.
public struct JobTransition: Sendable, Hashable {
    public var entries: [JobEntry] = []
    public var actions: [JobAction] = []
}
