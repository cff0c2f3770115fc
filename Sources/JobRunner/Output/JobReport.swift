import JSON

/// What `status` prints of one job, from the answer of `GET /jobs/{id}`.
enum JobReport {
    static func lines(_ job: JSONValue) -> [String] {
        var lines = [head(job)]
        for (title, member) in [
            ("created", "createdAt"), ("completed", "completedAt"), ("parent", "parent"), ("error", "error"),
            ("failed task", "failedTask"),
        ] {
            guard let value = job[member]?.stringValue else { continue }
            lines.append("  \(title): \(value)")
        }
        guard let steps = job["progress"]?.arrayValue, !steps.isEmpty else { return lines }
        return lines + [""] + progress(steps).lines
    }

    private static func head(_ job: JSONValue) -> String {
        let id = job["id"]?.stringValue ?? ""
        let title = job["name"]?.stringValue.map { "\($0) (\(id))" } ?? id
        return "\(title): \(job["status"]?.stringValue ?? "unknown")"
    }

    private static func progress(_ steps: [JSONValue]) -> Table {
        var table = Table(["STEP", "TASK", "STATUS", "SERVICE", "ATTEMPT", "TOOK"])
        for (index, step) in steps.enumerated() {
            let title = step["name"]?.stringValue ?? "step \(index + 1)"
            let tasks = step["tasks"]?.arrayValue ?? []
            if tasks.isEmpty { table.add([title, nil, step["status"]?.stringValue, nil, nil, nil]) }
            for task in tasks {
                table.add([
                    title, task["name"]?.stringValue ?? task["tag"]?.stringValue, task["status"]?.stringValue,
                    task["service"]?.stringValue, task["attempt"]?.intValue.map(String.init),
                    Milliseconds.between(task["startedAt"], task["endedAt"]),
                ])
            }
        }
        return table
    }
}
