// Tables of a Markdown document, each under the number of its section.

/** A table: section number ("4.1"), column names, rows of trimmed cells. */
export interface MarkdownTable {
  section: string;
  columns: string[];
  rows: string[][];
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
}

/** All tables of a document in order. */
export function markdownTables(text: string): MarkdownTable[] {
  const tables: MarkdownTable[] = [];
  let section = "";
  let open: MarkdownTable | undefined;
  for (const line of text.split("\n")) {
    const heading = /^#+ (\d+(?:\.\d+)*) /.exec(line);
    if (heading) section = heading[1]!;
    if (!line.trim().startsWith("|")) {
      open = undefined;
      continue;
    }
    const cells = cellsOf(line);
    if (open === undefined) {
      open = { section, columns: cells, rows: [] };
      tables.push(open);
    } else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) open.rows.push(cells);
  }
  return tables;
}
