// `npm run flash -- PORT [--board linux]`: the same as `parola technician flash --port PORT`, for a blank handheld or one
// whose console answers. It opens no technician's session.
import { Command } from "commander";
import { registerFlash } from "../src/cli/technician-flash-command.ts";

const [first, ...rest] = process.argv.slice(2);
const given = first === undefined || first.startsWith("-") ? process.argv.slice(2) : ["--port", first, ...rest];
const program = new Command("npm run");
registerFlash(program);
await program.parseAsync(["flash", ...given], { from: "user" });
