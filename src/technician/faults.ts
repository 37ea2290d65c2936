// Every fault number of the technician's bench; FAULTS.md says what to do about each. 1001…1019 are the flashing's, the
// rest the verbs' and the self-test's. What a handheld answers keeps its own number, src/shared/faults.ts.

/** A fault that the bench itself finds. */
export const enum BenchFault {
  /** No interpreter's console answers on the port. */
  FlashNoConsole = 1001,
  /** The console went silent or away while flashing. */
  FlashConsoleLost = 1002,
  /** The interpreter is older than what the bundle was tested on. */
  FlashOldInterpreter = 1003,
  /** The interpreter was built for another board than the bundle. */
  FlashOtherBoard = 1004,
  /** No bundle was built for this board, or it is not as its description says. */
  FlashBundle = 1005,
  /** The bundle is larger than a slot of the board. */
  FlashTooLarge = 1006,
  /** Storage holds something else, and erasing it was not asked for. */
  FlashNotEmpty = 1007,
  /** The interpreter's Storage is not where and as large as the board's description says. */
  FlashOtherStorage = 1008,
  /** What reads back is not what was written. */
  FlashReadBack = 1009,
  /** The boot record takes no more cells. */
  FlashRecordWorn = 1010,
  /** The interpreter refused an operation. */
  FlashRefused = 1011,
  /** The new bundle did not come up; the one before runs. */
  FlashNotUp = 1012,
  /** The cable failed, or nothing on it answers as a handheld does. */
  PortFailed = 1020,
  /** A key does not answer, or as another, or twice. */
  KeypadKey = 1021,
  /** No label was read, or another handheld's. */
  ScannerLabel = 1022,
  /** The display does not show a pattern. */
  DisplayPattern = 1023,
  /** A tone was not heard, or its light not seen. */
  SounderTone = 1024,
  /** The clock does not run, runs too fast, or does not take the time. */
  ClockPace = 1025,
  /** A digest that the handheld computes is wrong. */
  DigestWrong = 1026,
  /** The battery is below 20 %. */
  BatteryLow = 1027,
  /** The radio link is down. */
  RadioDown = 1028,
  /** The handheld is another than the ticket's. */
  OtherDevice = 1029,
  /** The ticket is none, or not good for this. */
  TicketUnfit = 1030,
  /** The handheld does not prove the key that it should hold. */
  KeyUnproven = 1031,
  /** The handheld keeps other settings than it was given. */
  SettingsUnkept = 1032,
  /** The handheld still has a key after a wipe. */
  NotWiped = 1033,
  /** A question was not answered, or not with yes. */
  NotConfirmed = 1034,
  /** A label or report was not written. */
  FileUnwritten = 1035,
}
