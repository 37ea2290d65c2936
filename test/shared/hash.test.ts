// The hash providers that run in Node, held to the one suite.
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hashCases } from "../cases/hash.cases.ts";
import { nodeHash } from "../support/node-hash.ts";

hashCases("@noble/hashes at the depot", nobleHash);
hashCases("Node's own, as tests use it", nodeHash);
