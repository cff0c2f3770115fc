import Bus
import JSON

/// What a change answers.
struct StateAnswer {
    let outcome: StateOutcome
    let links: StateLinks

    /// `{ stateURL, id, version }`, 201.
    func created(_ document: StateDocument) -> BusReply {
        let url = links.document(document.id)
        return .json(
            ["stateURL": .string(url), "id": .string(document.id), "version": JSONValue(document.version)],
            status: .created,
            annotations: Self.headers(document).merging([Annotations.location: url])
        )
    }

    /// `{ status, state: { id, content, createdAt, lastModified } }`.
    func changed(_ document: StateDocument, as verb: String, status: Status = .ok) -> BusReply {
        let state: JSONValue = [
            "id": .string(document.id),
            "content": .object(outcome.content),
            "createdAt": .string(document.createdAt.description),
            "lastModified": .string(document.lastModified.description),
        ]
        var annotations = Self.headers(document)
        if status == .created { annotations[Annotations.location] = links.document(document.id) }
        return .json(["status": .string(verb), "state": state], status: status, annotations: annotations)
    }

    /// Nothing is left of the document; the version is that of its removal.
    static func removed(_ version: Int) -> BusReply {
        .empty(annotations: [Annotations.etag: "\"\(version)\""])
    }

    /// The version and the time of a document, as every answer about one carries them.
    static func headers(_ document: StateDocument) -> Annotations {
        [
            Annotations.etag: "\"\(document.version)\"",
            Annotations.lastModified: document.lastModified.description,
        ]
    }
}
