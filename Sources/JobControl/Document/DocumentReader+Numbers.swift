import JSON

extension DocumentReader {
    /// A duration that may be absent: ISO 8601, or a number of milliseconds.
    ///
    /// - Parameter isPositive: nothing at all makes no sense there.
    mutating func duration(
        _ key: String,
        of object: JSONObject,
        at path: DocumentPath,
        isPositive: Bool = false
    ) -> Duration? {
        guard let value = Self.present(object[key]) else { return nil }
        let duration =
            value.doubleValue.flatMap(DurationText.duration(milliseconds:))
            ?? value.stringValue.flatMap(DurationText.duration)
        guard let duration, !isPositive || duration > .zero else {
            fault(path.appending(key), "must be a duration such as \"PT1.5S\", or a number of milliseconds")
            return nil
        }
        return duration
    }

    /// A whole number of 1 or more that may be absent.
    mutating func count(_ key: String, of object: JSONObject, at path: DocumentPath) -> Int? {
        guard let value = Self.present(object[key]) else { return nil }
        guard let count = value.intValue, count >= 1 else {
            fault(path.appending(key), "must be a whole number of 1 or more")
            return nil
        }
        return count
    }

    /// A list that may be absent, of what `read` takes.
    mutating func list<Element>(
        _ key: String,
        of object: JSONObject,
        at path: DocumentPath,
        _ fault: String,
        _ read: (JSONValue) -> Element?
    ) -> [Element]? {
        guard let value = Self.present(object[key]) else { return nil }
        guard let array = value.arrayValue else {
            self.fault(path.appending(key), "must be an array")
            return nil
        }
        return array.enumerated().compactMap { index, value in
            let element = read(value)
            if element == nil { self.fault(path.appending(key).appending(index), fault) }
            return element
        }
    }
}
