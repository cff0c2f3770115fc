import Foundation
import JSON
import Support
import Testing

/// Tests of the command line on the platform that they share.
protocol RunnerSuite {}

extension RunnerSuite {
    func platform() throws -> ScratchPlatform { try #require(RunsOnPlatform.platform) }

    /// Writes a job, or another file, into the platform's folder, which goes with it.
    func file(_ json: JSONValue) throws -> String {
        let file = try platform().data.appending(path: "job-\(UUID()).json")
        try Data(json.serialized()).write(to: file)
        return file.path
    }

    /// A job of one task, which makes `/text` of its state loud.
    var uppercase: JSONValue {
        [
            "name": "shout",
            "steps": [
                [
                    "tasks": [
                        [
                            "tag": "uppercase", "input": ["input": ["$fromState": "/text"]],
                            "storeResultAt": ["targetPath": "/loud", "sourcePath": "/result"],
                        ]
                    ]
                ]
            ],
        ]
    }
}
