import ArgumentParser
import Bus
import Foundation
import Platform
import ZeroMQ

/// Makes keys, and says in the access file of a broker what each may do.
struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Makes keys for a bus over a network, and says what each may do.",
        discussion: "A running broker puts a changed access file in force at once. docs/security.md has an example.",
        subcommands: [New.self, List.self, Allow.self, Revoke.self]
    )
}

/// Which access file is meant.
struct AccessFileOption: ParsableArguments {
    @Option(name: .customLong("access-file"), help: "The broker's access file. (default: access.yaml)")
    var given: String?

    var path: String { given ?? ProcessInfo.processInfo.environment["PLATFORM_ACCESS_FILE"] ?? "access.yaml" }
}

extension KeysCommand {
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a key pair in a file that only you can read, and prints its public half."
        )
        @Option(help: "Whose it is; names the file, and what is printed.")
        var name = "platform"
        @Option(help: "The file. (default: NAME.key)")
        var out: String?

        func run() throws {
            let path = out ?? "\(name).key"
            var keys = try Curve.newKeyPair()
            // Such a key would be taken for an option on the command line of `allow`.
            while keys.publicKey.hasPrefix("-") { keys = try Curve.newKeyPair() }
            try CurveKeyFile.write(keys, to: path, comment: "\(name): never give the secret key away")
            print("\(name)'s key pair is in \(path), which is for its owner only. Its public key:")
            print(keys.publicKey)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints who may do what.")
        @OptionGroup var file: AccessFileOption

        func run() throws {
            let rules = try AccessFile.read(file.path)
            for key in rules.keys {
                print("\(key.name)  \(key.publicKey)")
                Self.describe(key.grants)
            }
            print("local  \(rules.local == nil ? "everything" : "")")
            if let local = rules.local { Self.describe(local) }
        }

        private static func describe(_ grants: AccessGrants) {
            let lists = [
                ("serve", grants.serve), ("call", grants.call), ("publish", grants.publish), ("read", grants.read),
                ("roles", grants.roles),
            ]
            for (member, texts) in lists where !texts.isEmpty { print("  \(member): \(texts.joined(separator: ", "))") }
            if grants.speaksForOthers { print("  speaks for others") }
        }
    }

    struct Allow: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets the owner of a key do what the options say, and nothing else.",
            discussion: """
                An entry of the same name is replaced. Each option may be given several times. A public key that begins \
                with - comes last, after --.
                """
        )
        @Argument(help: "What the key is called from now on.")
        var name: String
        @Argument(help: "Its public key, as `platform keys new` prints it.")
        var publicKey: String
        @Option(help: "A service that it may offer; * stands for any characters.")
        var serve: [String] = []
        @Option(help: "A service, or service.operation, that it may call; * stands for any characters.")
        var call: [String] = []
        @Option(help: "How topics begin that it may publish; * for all.")
        var publish: [String] = []
        @Option(help: "How topics begin that it may read; * for all.")
        var read: [String] = []
        @Option(help: "A role that services see in its requests.")
        var role: [String] = []
        @Flag(help: "It says itself for whom it asks, as a gateway and job-control do.")
        var speaksForOthers = false
        @OptionGroup var file: AccessFileOption

        func run() throws {
            var grants = AccessGrants()
            (grants.serve, grants.call, grants.publish, grants.read) = (serve, call, publish, read)
            grants.roles = role
            grants.speaksForOthers = speaksForOthers
            var edit = try AccessFileEdit(file.path)
            try edit.allow(AccessKey(name: name, publicKey: publicKey, grants: grants))
            try edit.save()
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes all rights from a key, also on the connections it has."
        )
        @Argument(help: "What the key is called.")
        var name: String
        @OptionGroup var file: AccessFileOption

        func run() throws {
            var edit = try AccessFileEdit(file.path)
            guard try edit.revoke(name) else {
                throw ValidationError("\(file.path) has no key named \(name)")
            }
            try edit.save()
        }
    }
}
