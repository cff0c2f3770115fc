import JSON

/// Where the reader of a document is: cheap to make on the way down, a pointer only when there is a fault.
indirect enum DocumentPath {
    case root
    case member(DocumentPath, String)
    case element(DocumentPath, Int)

    func appending(_ key: String) -> Self { .member(self, key) }
    func appending(_ index: Int) -> Self { .element(self, index) }

    var pointer: JSONPointer {
        var tokens: [String] = []
        var path = self
        while let (parent, token) = path.last {
            tokens.append(token)
            path = parent
        }
        return JSONPointer(tokens: tokens.reversed())
    }

    private var last: (DocumentPath, String)? {
        switch self {
        case .root: nil
        case .member(let parent, let key): (parent, key)
        case .element(let parent, let index): (parent, String(index))
        }
    }
}
