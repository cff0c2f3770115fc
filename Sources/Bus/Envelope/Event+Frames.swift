extension Event {
    /// The three frames of an event on the bus: topic, sequence, CloudEvent.
    var frames: [[UInt8]] { [Array(topic.utf8), Self.sequenceFrame(sequence), encoded()] }

    /// Eight bytes, the most significant first.
    static func sequenceFrame(_ sequence: UInt64) -> [UInt8] {
        withUnsafeBytes(of: sequence.bigEndian) { Array($0) }
    }
}
