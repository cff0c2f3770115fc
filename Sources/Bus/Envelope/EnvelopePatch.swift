/// Changes single fields of a frame where it lies, so that a frame is passed on without being made again.
///
/// The frame must have been checked by ``EnvelopeView``; nothing here changes its length.
public enum EnvelopePatch {
    private typealias Offset = EnvelopeLayout.Offset

    /// Replaces the correlation.
    public static func setCorrelation(_ correlation: UInt64, in frame: UnsafeMutableRawBufferPointer) {
        frame.storeBigEndian(correlation, at: Offset.correlation)
    }

    /// Replaces the time that is left, in milliseconds; 0 means without end.
    public static func setTimeLeft(_ milliseconds: UInt32, in frame: UnsafeMutableRawBufferPointer) {
        frame.storeBigEndian(milliseconds, at: Offset.timeLeft)
    }

    /// Replaces the credits.
    public static func setCredits(_ credits: UInt16, in frame: UnsafeMutableRawBufferPointer) {
        frame.storeBigEndian(credits, at: Offset.credits)
    }

    /// Sets flags and leaves the others as they are.
    public static func insert(_ flags: Envelope.Flags, in frame: UnsafeMutableRawBufferPointer) {
        frame[Offset.flags] |= flags.rawValue
    }

    /// Clears flags and leaves the others as they are.
    public static func remove(_ flags: Envelope.Flags, in frame: UnsafeMutableRawBufferPointer) {
        frame[Offset.flags] &= ~flags.rawValue
    }
}
