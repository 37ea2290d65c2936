// The parcel index: what became of each parcel, so that a scan need not read the journal. Derived from the journal:
// its cell is written after the record, and boot adds the one that a power cut may have kept back. SPEC.md §6.3.
import type { Flash } from "../../../hal/contract/flash.ts";
import type { Hash } from "../../../hal/contract/hash.ts";
import { IndexKind } from "../../../src/shared/wire/cell.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { CellFile, type CellShape } from "../cells/cell-file.ts";

/** Two cells a parcel: an attempt and a handover fit without overflow. */
export const INDEX_SHAPE: CellShape = { magic: "PIDX", cellsPerRow: 2, overflowCells: 128 };

/** What became of a parcel. */
export interface ParcelState {
  handedOver: boolean;
  /** Reason of the last attempt, 0 when there was none. */
  reason: number;
}

/** Reads and notes what became of parcels, by their index in the manifest. */
export class ParcelIndex {
  private cells_: CellFile;

  constructor(flash: Flash, hash: Hash, name: string, parcels: number, journalEpoch: number) {
    this.cells_ = new CellFile(flash, hash, name, INDEX_SHAPE, parcels, journalEpoch);
  }

  open(): FaultNumber {
    return this.cells_.open(FaultNumber.LedgerHeader);
  }

  state(parcel: number): ParcelState {
    const state: ParcelState = { handedOver: false, reason: 0 };
    for (const cell of this.cells_.cellsOf(parcel)) {
      if (cell.kind === IndexKind.HandedOver) state.handedOver = true;
      if (cell.kind === IndexKind.Reversed) state.handedOver = false;
      if (cell.kind === IndexKind.Attempted) state.reason = cell.count;
    }
    return state;
  }

  note(parcel: number, kind: IndexKind, reason: number): FaultNumber {
    return this.cells_.add(parcel, kind, reason, FaultNumber.LedgerFull);
  }

  /** Whether there is room for another round of changes. */
  hasRoom(): boolean {
    return this.cells_.overflowFree() > 16;
  }
}
