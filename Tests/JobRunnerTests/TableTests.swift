import Testing

@testable import JobRunner

@Suite struct TableTests {
    @Test func columnsAreAsWideAsTheirWidestCellAndNoLineEndsWithSpaces() {
        var table = Table(["ID", "STATUS"])
        table.add(["long-id", "ok"])
        table.add(["x", "completed"])
        #expect(table.lines == ["ID       STATUS", "long-id  ok", "x        completed"])
    }

    @Test func anEmptyCellIsADashAndALineEndASpace() {
        var table = Table(["A", "B", "C"])
        table.add([nil, "", "one\ntwo"])
        #expect(table.lines == ["A  B  C", "-  -  one two"])
    }
}
