import Bus
import JSON

/// A small event; its data tells its sequence once more.
func event(_ topic: String, _ sequence: UInt64) -> Event {
    Event(
        topic: topic,
        sequence: sequence,
        type: "platform.test.happened",
        source: "/test",
        data: ["sequence": .string(String(sequence))]
    )
}
