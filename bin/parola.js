#!/usr/bin/env node
// The `parola` command: registers tsx, so that Node runs the TypeScript sources as they are, then hands over to src/cli.
import { register } from "tsx/esm/api";

register();
await import("../src/cli/main.ts");
