/// Keeps an array alive while libzmq reads its memory.
///
/// An array's elements stay where they are as long as somebody holds the array and nobody changes it. This object
/// is its only holder: making it so is what copies an array that is shared.
final class AdoptedBytes {
    private var bytes: [UInt8]

    init(_ bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// A message that points at the bytes and lets go of this object when it is done with them.
    func makeStorage() -> MessageStorage {
        let region = bytes.withUnsafeMutableBytes { $0 }
        return MessageStorage(pointingAt: region, owner: Unmanaged.passRetained(self).toOpaque()) { _, owner in
            guard let owner else { return }
            Unmanaged<AdoptedBytes>.fromOpaque(owner).release()
        }
    }
}
