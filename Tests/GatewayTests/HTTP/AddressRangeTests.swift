import Testing

@testable import Gateway

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "8.8.8.8", true), ("fe80::/10", "fe80::1", true),
        ("fe80::/10", "fec0::1", false), ("::1", "::1", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("10.0.0.0/8", "localhost", false), ("0.0.0.0/0", "::1", false),
    ])
    func anAddressLiesInItsRange(_ range: String, _ address: String, _ lies: Bool) throws {
        let range = try #require(AddressRange(range))
        #expect(range.contains(address) == lies)
    }

    @Test(arguments: ["", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::1/129", "10.0.0"])
    func whatIsNoRangeIsNil(_ text: String) {
        #expect(AddressRange(text) == nil)
    }
}
