import JSON

/// The links that an HTTP service gives for what it can do, by relation.
struct ServiceForms: Sendable, Equatable {
    private let links: [String: HTTPURL]

    /// No links: every affordance is at its usual path.
    static let none = Self(links: [:])

    private init(links: [String: HTTPURL]) { self.links = links }

    /// Reads `[ { rel, href, … } ]`, also as the member `forms` of an object; what is no form is passed over.
    ///
    /// - Parameter url: where the forms were found; relative links start there.
    init(_ json: JSONValue, at url: HTTPURL) {
        var links: [String: HTTPURL] = [:]
        for form in json.arrayValue ?? json["forms"]?.arrayValue ?? [] {
            guard let rel = form["rel"]?.stringValue, let href = form["href"]?.stringValue,
                (form["method"]?.stringValue ?? "POST").uppercased() == "POST", links[rel] == nil
            else { continue }
            links[rel] = url.resolving(href)
        }
        self.links = links
    }

    /// Where `rel` is called: its link, or its usual path below the service's URL.
    func url(for rel: String, of service: HTTPURL) -> HTTPURL { links[rel] ?? service.appending(rel) }
}
