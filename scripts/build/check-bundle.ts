// Step 5 of the build: reads the finished bundle once more, and names everything in it that the interpreter lacks or
// gets silently wrong. The source is linted and type-checked; this guards what third-party code and the steps before
// put into the bundle.
import { parse, type AnyNode, type Program } from "acorn";
import { absentFindings } from "./absent-names.ts";
import { BUNDLE_RULES } from "./bundle-rules.ts";
import { visitTree } from "./syntax-tree.ts";

/**
 * Checks a finished bundle.
 * @param script - the text that would go to the device
 * @returns one message for each finding, `rule-name at line:column: why`; empty when the bundle is clean
 */
export function checkBundle(script: string): string[] {
  let program: Program;
  try {
    program = parse(script, { ecmaVersion: 2015, locations: true });
  } catch (error) {
    return [`es5-only: ${error instanceof Error ? error.message : String(error)}`];
  }
  const findings = absentFindings(program);
  visitTree(program, (node, ancestors) => {
    for (const rule of BUNDLE_RULES) {
      for (const [name, why] of rule(node, ancestors, script)) findings.push({ name, why, node });
    }
  });
  return findings
    .sort((a, b) => a.node.start - b.node.start)
    .map(({ name, why, node }) => `${name} at ${at(node)}: ${why}`);
}

function at(node: AnyNode): string {
  const start = node.loc?.start;
  return start === undefined ? "?" : `${start.line}:${start.column + 1}`;
}
