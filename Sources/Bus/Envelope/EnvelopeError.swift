/// Why bytes are no envelope, or an envelope cannot become bytes.
public enum EnvelopeError: Error, Sendable, Hashable {
    /// Fewer bytes than a header has.
    case tooShort(Int)
    /// It does not begin with `CSB1`: another protocol, or another version of this one.
    case unknownProtocol
    /// A kind that this version does not have.
    case unknownKind(UInt8)
    /// The lengths in the header do not add up to the length of the frame.
    case wrongLength(expected: Int, actual: Int)
    /// A request or a ready without a service.
    case missingService
    /// A service or operation that is not UTF-8, or has control characters in it.
    case badName
    /// A service or operation of more than 255 bytes.
    case nameTooLong
    /// A priority that is not 0 … 9.
    case priorityOutOfRange(UInt8)
    /// An annotation that is not `name: value`; the associated text says where.
    case badAnnotation(String)
    /// More bytes of annotations than 65,535.
    case annotationsTooLong(Int)
    /// A body of more than 4 GiB.
    case bodyTooLong(Int)
    /// More than one frame: a message of the bus is one.
    case severalFrames
    /// There is no memory for a frame of this many bytes.
    case outOfMemory(Int)
}

extension EnvelopeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooShort(let count): "A frame of \(count) bytes is shorter than a header, which has 72."
        case .unknownProtocol: "The frame does not begin with CSB1."
        case .unknownKind(let kind): "There is no kind \(kind)."
        case .wrongLength(let expected, let actual):
            "By its header the frame has \(expected) bytes, but it has \(actual)."
        case .missingService: "The service is missing."
        case .badName: "A service or operation must be UTF-8 without control characters."
        case .nameTooLong: "A service or operation has at most 255 bytes."
        case .priorityOutOfRange(let priority): "A priority is 0 to 9, not \(priority)."
        case .badAnnotation(let fault): "An annotation is not right: \(fault)."
        case .annotationsTooLong(let count): "Annotations have at most 65535 bytes, not \(count)."
        case .bodyTooLong(let count): "A body of \(count) bytes is too long."
        case .severalFrames: "A message has one frame, not several."
        case .outOfMemory(let count): "There is no memory for a frame of \(count) bytes."
        }
    }
}
