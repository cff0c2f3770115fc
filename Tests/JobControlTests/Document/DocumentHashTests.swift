import JSON
import Testing

@testable import JobControl

@Suite struct DocumentHashTests {
    private func hash(_ text: String) throws -> String { DocumentHash.of(try .text(text)) }

    @Test func theOrderOfMembersAndWhiteSpaceDoNotCount() throws {
        let spacious = """
            { "a": "é",
              "b": [ { "x": 2, "y": 1 }, 3 ] }
            """
        #expect(try hash(#"{"b":[{"y":1,"x":2},3],"a":"é"}"#) == hash(spacious))
    }

    @Test func theJobsIDDoesNotCountButForeignOnesDo() throws {
        #expect(try hash(#"{"jobId":"x","steps":[]}"#) == hash(#"{"steps":[]}"#))
        #expect(try hash(#"{"steps":[{"jobId":"x"}]}"#) != hash(#"{"steps":[{}]}"#))
    }

    @Test(arguments: [#"{"a":[1,2]}"#, #"{"a":[2,1,3]}"#, #"{"a":["2",1]}"#, #"{"b":[2,1]}"#, #"{"a":[2,1],"c":null}"#])
    func whatMeansSomethingElseHasAnotherHash(_ text: String) throws {
        #expect(try hash(text) != hash(#"{"a":[2,1]}"#))
    }

    @Test func itIsTheSHA256OfTheCanonicalText() throws {
        // printf '{"a":1}' | sha256sum
        #expect(try hash(#"{ "a": 1 }"#) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862")
    }
}
