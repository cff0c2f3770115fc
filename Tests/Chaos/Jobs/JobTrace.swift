package import Bus
import JSON
import Scratch

/// What the customer of one job saw of it.
package struct JobTrace: Sendable {
    /// An event, as far as it is compared with the journal.
    package struct Sighting: Sendable, Hashable {
        package var sequence: UInt64
        package var type: String

        package init(_ sequence: UInt64, _ type: String) {
            self.sequence = sequence
            self.type = type
        }
    }

    package let job: ChaosJob
    /// Whether job-control has said that it takes it.
    package var isAccepted = false
    package private(set) var sightings: [Sighting] = []
    /// The status that the last event tells; nil while there is none.
    package private(set) var ending: String?
    /// The job's state document.
    package private(set) var stateID: String?
    /// What cannot be so, whatever is killed.
    package var faults: [String] = []

    package init(_ job: ChaosJob) { self.job = job }

    package mutating func see(_ events: [Event]) {
        for event in events {
            sightings.append(Sighting(event.sequence, event.type))
            if let id = event.data["state"]?.stringValue { stateID = id }
            if event.endsAJob { ending = String(event.type.dropFirst("platform.job.".count)) }
        }
    }
}
