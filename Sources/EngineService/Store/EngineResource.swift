public import JSON

/// One resource as the store keeps it.
public struct EngineResource: Sendable, Hashable {
    /// Names the resource among those of its engine.
    public var id: String

    /// The place in the order of creation. Kept, so that a deletion that is reverted puts the resource back where it was.
    public var position: Int64

    /// What clients see; has the member `id`.
    public var value: JSONObject

    public init(id: String, position: Int64, value: JSONObject) {
        self.id = id
        self.position = position
        self.value = value
    }
}
