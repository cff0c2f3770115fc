import Testing
import ZeroMQ

@Suite struct EndpointTests {
    @Test(arguments: [
        "tcp://127.0.0.1:5550", "tcp://*:5550", "tcp://eth0:*", "tcp://[::1]:0", "tcp://example.org:65535",
        "ipc:///tmp/bus.sock", "ipc://@abstract", "inproc://bus",
    ])
    func anEndpointIsItsText(_ text: String) throws {
        #expect(try Endpoint(text).description == text)
    }

    @Test(arguments: [
        ("localhost:5550", "expected tcp://host:port, ipc://path or inproc://name"),
        ("", "expected tcp://host:port, ipc://path or inproc://name"),
        ("http://localhost:80", "the transport is none of tcp, ipc and inproc"),
        ("tcp://localhost", "the port is missing"),
        ("tcp://:5550", "the host is missing"),
        ("tcp://local host:1", "the host contains white space"),
        ("tcp://::1:5550", "an IPv6 address stands in brackets"),
        ("tcp://localhost:65536", "the port is neither a number from 0 to 65535 nor *"),
        ("tcp://localhost:+1", "the port is neither a number from 0 to 65535 nor *"),
        ("tcp://localhost:", "the port is neither a number from 0 to 65535 nor *"),
        ("ipc://", "the path is missing"),
        ("inproc://", "the name is missing"),
        ("inproc://a\0b", "it contains a NUL"),
        ("ipc://" + String(repeating: "x", count: 108), "the path is longer than 107 bytes"),
        ("inproc://" + String(repeating: "x", count: 256), "the name is longer than 255 bytes"),
    ])
    func whatIsNoEndpointSaysWhy(_ text: String, _ reason: String) {
        let error = #expect(throws: EndpointError.self) { try Endpoint(text) }
        #expect(error?.description == "not an endpoint: \"\(text)\": \(reason)")
    }

    @Test func aListHasCommasBetweenItsEndpoints() throws {
        let both: [Endpoint] = [.tcp("a", port: 1), .tcp("::1", port: 2)]
        #expect(try Endpoint.list("tcp://a:1,tcp://[::1]:2") == both)
        #expect(try Endpoint.list(" tcp://a:1 , tcp://[::1]:2\n") == both)
        #expect(try Endpoint.list("ipc:///x") == [.ipc("/x")])
        #expect(both.list == "tcp://a:1,tcp://[::1]:2")
    }

    @Test(arguments: [
        ("", "\"\": number 1 of the list is empty"),
        ("tcp://a:1,", "\"tcp://a:1,\": number 2 of the list is empty"),
        ("tcp://a:1,,tcp://b:1", "\"tcp://a:1,,tcp://b:1\": number 2 of the list is empty"),
        ("tcp://a:1,tcp://b", "\"tcp://b\": the port is missing"),
        ("tcp://a:1;tcp://b:1", "\"tcp://a:1;tcp://b:1\": an IPv6 address stands in brackets"),
        ("tcp://a:1, tcp://a:1", "\"tcp://a:1, tcp://a:1\": tcp://a:1 is in the list twice"),
    ])
    func whatIsNoListSaysWhy(_ text: String, _ reason: String) {
        let error = #expect(throws: EndpointError.self) { try Endpoint.list(text) }
        #expect(error?.description == "not an endpoint: \(reason)")
    }

    @Test func makersWriteTheSameAsOneReads() throws {
        #expect(try Endpoint.tcp("127.0.0.1", port: 5550) == Endpoint("tcp://127.0.0.1:5550"))
        #expect(try Endpoint.tcp("::1", port: 5550) == Endpoint("tcp://[::1]:5550"))
        #expect(try Endpoint.tcp(anyPortOf: "*") == Endpoint("tcp://*:*"))
        #expect(try Endpoint.ipc("/tmp/x") == Endpoint("ipc:///tmp/x"))
        #expect(try Endpoint.inproc("bus") == Endpoint("inproc://bus"))
    }

    @Test func hostAndPortAreThoseOfTCP() throws {
        let endpoint = try Endpoint("tcp://[fe80::1]:5550")
        #expect(endpoint.host == "fe80::1")
        #expect(endpoint.port == 5550)
        #expect(endpoint.transport == .tcp)
        #expect(Endpoint.tcp(anyPortOf: "*").port == nil)
        #expect(Endpoint.inproc("bus:1").port == nil)
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:1", true), ("tcp://127.9.9.9:1", true), ("tcp://localhost:1", true), ("tcp://[::1]:1", true),
        ("ipc:///x", true), ("inproc://x", true),
        ("tcp://*:1", false), ("tcp://0.0.0.0:1", false), ("tcp://10.0.0.1:1", false),
        ("tcp://127.example.org:1", false),
    ])
    func loopbackIsWhatOnlyThisMachineReaches(_ text: String, _ isLoopback: Bool) throws {
        #expect(try Endpoint(text).isLoopback == isLoopback)
    }
}
