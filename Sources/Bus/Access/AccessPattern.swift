/// A text in which `*` stands for any number of any characters.
struct AccessPattern: Sendable, Hashable {
    private static let star = UInt8(ascii: "*")

    private let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    /// Compares from the left; after a mismatch the last star takes one character more.
    func matches(_ text: some RandomAccessCollection<UInt8>) -> Bool {
        let text = Array(text)
        var (index, position) = (0, 0)
        var retry: (index: Int, position: Int)?
        while position < text.count {
            if index < bytes.count, bytes[index] == Self.star {
                retry = (index, position)
                index += 1
            } else if index < bytes.count, bytes[index] == text[position] {
                (index, position) = (index + 1, position + 1)
            } else if let last = retry {
                retry = (last.index, last.position + 1)
                (index, position) = (last.index + 1, last.position + 1)
            } else {
                return false
            }
        }
        return bytes[index...].allSatisfy { $0 == Self.star }
    }
}
