import Bus

/// What the annotations of several operations say.
extension BusRequest {
    /// Reads `limit`.
    ///
    /// - Throws: a 400 ``Problem`` when it is no number in its range.
    func limit(upTo largest: Int, default value: Int) throws(Problem) -> Int {
        guard let text = annotations[Annotations.limit], !text.isEmpty else { return value }
        guard let limit = Int(text), 1...largest ~= limit else {
            throw Problem(.badRequest, "'limit' must be a whole number from 1 to \(largest)")
        }
        return limit
    }

    /// Reads `since`: 0 when it is not there.
    ///
    /// - Throws: a 400 ``Problem`` when it is no sequence number.
    func sequence() throws(Problem) -> UInt64 {
        guard let text = annotations[Annotations.since], !text.isEmpty else { return 0 }
        guard let sequence = UInt64(text) else {
            throw Problem(.badRequest, "The annotation since must be a sequence number, not '\(text)'")
        }
        return sequence
    }
}
