public import JSON

/// A command whose behaviour the developer has written.
public struct CustomCommand: Sendable {
    /// Carries the command out and gives the result; null is none.
    ///
    /// Throw a ``Refusal`` or a `Problem` of 400–499 when nothing was done. After any other error the effect counts as
    /// not known: a later `repeat` carries the command out again, and a `revert` undoes it.
    public typealias Perform = @Sendable (CommandContext) async throws -> JSONValue

    /// Undoes what the command has done when it was called with that context; the value is what it gave, nil when it
    /// did not end. Must be right also when nothing was done.
    public typealias Revert = @Sendable (CommandContext, JSONValue?) async throws -> Void

    let perform: Perform
    let revert: Revert?
}
