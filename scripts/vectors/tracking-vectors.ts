// Vectors of tracking numbers: SPEC.md §12. The numbers are made up here; check digits are computed by its rules.
import { crc32, text } from "./encode.ts";

const sum = (digits: string, weights: number[]): number =>
  [...digits].reduce((total, digit, i) => total + Number(digit) * (weights[i % weights.length] ?? 0), 0);

function s10(service: string, serial: string, country: string): string {
  const check = 11 - (sum(serial, [8, 6, 4, 2, 3, 5, 9, 7]) % 11);
  return `${service}${serial}${check === 10 ? 0 : check === 11 ? 5 : check}${country}`;
}

const sscc = (seventeen: string): string => `00${seventeen}${(10 - (sum(seventeen, [3, 1]) % 10)) % 10}`;
const dhl = (nine: string): string => `${nine}${Number(nine) % 7}`;
const fedex = (eleven: string): string => `${eleven}${(sum(eleven, [3, 1, 7]) % 11) % 10}`;

/** Family number, then numbers of that family with the right check digit. */
const FAMILIES: [number, string[]][] = [
  [1, ["TBA000000000001", "TBC123456789012", "TBM999999999999"]],
  [2, ["00000000", "12345678", "47312482", "99999999", "00000010"].map((serial) => s10("RA", serial, "DE"))],
  [3, ["00000000000000000", "34012345000000001", "99999999999999999"].map(sscc)],
  [4, ["123456789", "000000000", "999999999", "331881002"].map(dhl)],
  [5, ["JD0123456789012345", "JJD9876543210987654"]],
  [6, ["00000000000", "12345678901", "98657878885"].map(fedex)],
  [0, ["X", "PAROLA0042", "1234567890123", "TBD000000000001", "RA1234567A5DE", "123456789012345678901234567890ABCD"]],
];

export function trackingVectors(): object {
  return {
    spec: "§12",
    normalising: [
      ["tba 0000-0000 0001\r\n", "TBA000000000001"],
      ["\u0002ra473124829de\u0003", "RA473124829DE"],
      ["]C100 3401 2345", "C10034012345"],
      ["Straße-Nr. 5", "STRAENR5"],
      ["ſıé\u212a", ""],
      ["", ""],
      ["a".repeat(34), "A".repeat(34)],
      ["a".repeat(99), "A".repeat(35)],
    ].map(([label, number]) => ({ label, number })),
    numbers: FAMILIES.flatMap(([family, numbers]) =>
      numbers.map((number) => ({ family, number, key: crc32(text(number)), checkDigit: checkDigitOf(family, number) })),
    ),
  };
}

function checkDigitOf(family: number, number: string): number {
  if (family === 2) return Number(number[10]);
  return family === 3 || family === 4 || family === 6 ? Number(number.slice(-1)) : -1;
}
