import JSON
import Testing

@testable import Bus

@Suite struct EventTests {
    private let event = Event(
        topic: "job.1",
        sequence: 258,
        type: "platform.job.started",
        source: "/job-control",
        id: "7",
        time: Timestamp(millisecondsSinceEpoch: 0),
        data: ["jobId": "1"]
    )

    @Test func itIsACloudEvent() {
        let text = """
            {"specversion":"1.0","id":"7","source":"/job-control","type":"platform.job.started","subject":"job.1",\
            "time":"1970-01-01T00:00:00.000Z","sequence":"258","datacontenttype":"application/json",\
            "data":{"jobId":"1"}}
            """
        #expect(String(decoding: event.encoded(), as: UTF8.self) == text)
    }

    @Test func itComesBackAsItWas() throws {
        #expect(try Event(parsing: event.encoded()) == event)
        #expect(event.frames[0] == Array("job.1".utf8) && event.frames[1] == [0, 0, 0, 0, 0, 0, 1, 2])
    }

    @Test(arguments: ["subject", "sequence", "type", "source", "id", "time"])
    func aMissingMemberIsNamed(_ member: String) throws {
        var json = event.json
        json[member] = nil
        let error = #expect(throws: BusError.self) { try Event(json: json) }
        #expect(error?.message.contains("'\(member)'") == true)
    }

    @Test func aSequenceMayBeANumber() throws {
        var json = event.json
        json["sequence"] = 258
        #expect(try Event(json: json) == event)
        json["sequence"] = -1
        #expect(throws: BusError.self) { try Event(json: json) }
    }
}
