// Every fault number of handheld and depot protocol, listed with what to do in FAULTS.md (a test compares both).
// One range a part; retired numbers are never reused. 0 is fine.

/** A fault's number; the handheld shows it as "F204". */
export const enum FaultNumber {
  None = 0,

  // 1xx flash
  FlashFull = 101,
  FlashWriteLost = 102,
  FlashWriteTorn = 103,
  FlashFileMissing = 104,

  // 2xx manifest
  ManifestNotOne = 201,
  ManifestNewerFormat = 202,
  ManifestOtherDevice = 203,
  ManifestOtherKeyEpoch = 204,
  ManifestAltered = 205,
  ManifestTruncated = 206,
  ManifestOlder = 207,
  ManifestEqualOtherBytes = 208,
  ManifestExpired = 209,
  ManifestNotYetValid = 210,
  ManifestTooLarge = 211,
  ManifestNone = 212,
  ManifestAlreadyLoaded = 213,
  ManifestLost = 214,

  // 3xx ledger and parcel index
  LedgerHeader = 301,
  LedgerFull = 302,

  // 4xx journal
  JournalHeader = 401,
  JournalFull = 402,

  // 5xx sync
  SyncUnreachable = 501,
  SyncRefused = 502,
  SyncGarbage = 503,
  SyncVersion = 504,
  SyncMac = 505,
  SyncStale = 506,
  SyncAcknowledgement = 507,
  SyncUpdateOrder = 508,
  SyncUpdateDamaged = 509,
  SyncUpdatesFull = 510,
  SyncConflict = 511,
  SyncUnknownJournal = 512,
  SyncClosed = 513,

  // 6xx clock
  ClockUnset = 601,
  ClockOutOfRange = 602,

  // 7xx dock and bench
  DockBadFrame = 701,
  DockUnknownCommand = 702,
  DockNoLoad = 703,
  DockUnsent = 704,
  DockNeedsMaintenance = 705,
  DockNoPower = 706,
  DockNoSession = 707,
  DockProof = 708,
  DockWait = 709,
  DockTechnicianOnly = 710,
  DockVersion = 711,

  // 8xx keys
  KeyMissing = 801,
  KeyDamaged = 802,
  KeyRefused = 803,
}
