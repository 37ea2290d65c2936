// The barcode scanner: whole lines, joined from pieces, freed of noise.

export interface Scanner {
  /** Calls `scanned` with each label read: 1…80 printable ASCII characters. One listener; a later call replaces it. */
  onScan(scanned: (label: string) => void): void;
}
