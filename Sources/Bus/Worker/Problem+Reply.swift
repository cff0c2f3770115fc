extension Problem {
    /// The problem as a reply: its status, its JSON body and the content type that tells a gateway what it is.
    public var reply: BusReply {
        BusReply(status: status, annotations: ["content-type": "application/problem+json"], body: bytes)
    }
}
