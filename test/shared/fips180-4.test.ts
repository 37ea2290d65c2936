// SHA-256 examples of FIPS 180-4, over @noble/hashes.
import { cryptoCases } from "../cases/crypto-suite.ts";
import { FIPS_180_4 } from "../cases/crypto.cases.ts";

cryptoCases("SHA-256 examples of FIPS 180-4", FIPS_180_4);
