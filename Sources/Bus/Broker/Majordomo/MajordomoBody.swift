/// Several frames as one body and back, so that nothing is lost between two Majordomo peers.
///
/// The lengths of the frames travel in an annotation, unless there is one frame: that one is the body as it is.
enum MajordomoBody {
    /// How long each frame is: numbers with commas between them.
    static let framesAnnotation = "mdp-frames"
    /// How many frames a message may have.
    static let frameLimit = 1024

    static func joined(_ frames: [[UInt8]]) -> (body: [UInt8], annotations: Annotations) {
        if frames.count <= 1 { return (frames.first ?? [], [:]) }
        return (Array(frames.joined()), [framesAnnotation: frames.map { "\($0.count)" }.joined(separator: ",")])
    }

    /// The frames; one, when there is no annotation or it does not fit the body.
    static func frames(of envelope: Envelope) -> [[UInt8]] {
        guard let text = envelope.annotations[framesAnnotation], let lengths = lengths(text),
            lengths.reduce(0, +) == envelope.body.count
        else { return [envelope.body] }
        var rest = envelope.body[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }

    /// Nil unless all are numbers that a body can have.
    private static func lengths(_ text: String) -> [Int]? {
        let texts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = texts.compactMap { UInt32($0).map(Int.init) }
        return numbers.count == texts.count && numbers.count <= frameLimit ? numbers : nil
    }
}
