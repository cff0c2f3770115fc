import Bus
import JSON
import JobControl

/// A job-control that answers every question the same, so that a test sees what was asked and what is made of the answer.
enum FakeJobControl {
    static func client(answering json: JSONValue, status: Status = .ok, link: String? = nil) -> JobClient {
        JobClient { _ in
            var reply = Reply(status: status, body: json.serialized())
            reply.annotations["link"] = link
            return reply
        }
    }
}
