/// What libFuzzer calls with one input after the other: any bytes are an error or a value, and a value comes back the
/// same when it is written and read again. `scripts/fuzz.sh` builds and runs it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCodec(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    checkFrame(bytes)
    _ = try? Annotations(decoding: bytes)
    if let event = try? Event(parsing: Array(bytes)) {
        guard let again = try? Event(parsing: event.encoded()), again == event else {
            fatalError("an event does not come back the same")
        }
    }
    _ = Problem(parsing: Array(bytes))
    return 0
}

private func checkFrame(_ bytes: UnsafeRawBufferPointer) {
    guard let view = try? EnvelopeView(bytes) else { return }
    checkPatches(Array(bytes))
    let parts = view.service.count + view.operation.count + view.annotations.count + view.body.count
    precondition(parts + EnvelopeLayout.headerLength == bytes.count, "the parts are not the whole")
    guard let envelope = try? Envelope(decoding: bytes) else { return }
    guard let again = try? envelope.encodedBytes(), let second = try? Envelope(decoding: again) else {
        fatalError("what was read cannot be written")
    }
    precondition(second == envelope, "an envelope does not come back the same")
}

/// A frame that can be read can be read as well when the broker has patched it.
private func checkPatches(_ frame: [UInt8]) {
    var frame = frame
    frame.withUnsafeMutableBytes { frame in
        EnvelopePatch.setCorrelation(0x0102_0304_0506_0708, in: frame)
        EnvelopePatch.setTimeLeft(77, in: frame)
        EnvelopePatch.setCredits(88, in: frame)
        EnvelopePatch.insert(.repeated, in: frame)
        EnvelopePatch.remove(.fromBroker, in: frame)
        guard let view = try? EnvelopeView(UnsafeRawBufferPointer(frame)) else { fatalError("a patch broke a frame") }
        precondition(view.correlation == 0x0102_0304_0506_0708 && view.timeLeft == 77 && view.credits == 88)
        precondition(view.flags.contains(.repeated) && !view.flags.contains(.fromBroker))
    }
}
