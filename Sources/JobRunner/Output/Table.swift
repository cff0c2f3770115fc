/// Rows under headings, for people: as wide as the widest cell, two spaces between columns.
struct Table: Equatable {
    let headings: [String]
    private(set) var rows: [[String]] = []

    init(_ headings: [String]) { self.headings = headings }

    /// Line ends in a cell become spaces; a cell that is nil or empty shows a dash.
    mutating func add(_ cells: [String?]) {
        rows.append(
            cells.map { cell in
                let text = (cell ?? "").split(whereSeparator: \.isNewline).joined(separator: " ")
                return text.isEmpty ? "-" : text
            }
        )
    }

    var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { Self.line($0, widths) }
    }

    /// The last column is not filled up, so that no line ends with spaces.
    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        zip(cells, widths).enumerated().map { index, cell in
            let (text, width) = cell
            let fill = index == cells.count - 1 ? 0 : width - text.count
            return text + String(repeating: " ", count: fill)
        }
        .joined(separator: "  ")
    }
}
