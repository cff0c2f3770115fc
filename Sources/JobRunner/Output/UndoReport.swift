import JobControl

/// What `undo` shows before it asks, and whether it may ask at all.
struct UndoReport {
    let plan: JobClient.UndoPlan

    var table: Table {
        var table = Table(["STEP", "TASK", "TAG", "GRADE", "REASON"])
        for task in plan.tasks { table.add([task.step, task.task, task.tag, task.grade, task.reason]) }
        return table
    }

    /// The sentence above the table.
    var title: String {
        let what = plan.to.map { "job \(plan.jobID) down to step \($0)" } ?? "job \(plan.jobID)"
        if plan.tasks.isEmpty { return "An undo of \(what) has no task to revert; its state document is put back." }
        return "An undo of \(what) does this, in this order, and puts its state document back:"
    }

    /// Why it is refused without `--force`; nil when every task can be put back.
    var obstacle: String? {
        let count = plan.obstacles.count
        guard count > 0 else { return nil }
        let tasks = count == 1 ? "1 task cannot" : "\(count) tasks cannot"
        return "\(tasks) be put back without harm; --force undoes what can be undone all the same"
    }

    /// Whether an answer to the question means yes.
    static func isYes(_ answer: String?) -> Bool {
        ["y", "yes"].contains(answer?.lowercased().filter { !$0.isWhitespace } ?? "")
    }
}
