import type { Planner } from '../planner.ts';

/** What a person who knew how the day was made would name as the reason. */
export type PlantedCause =
  'HIS_OUTAGE' | 'LOST_CALLBACK' | 'MIDNIGHT' | 'DOUBLE_TAP' | 'CLOCK_SKEW' | 'MERGED_RECEIPT' | 'ROUNDING';

/** Something that goes wrong in a hospital's day, or only looks like it; planting it says what is true of it. */
export type Defect = {
  /** As in `--defects name=3` and in the truth. */
  readonly name: string;
  /** How many of a thousand orders have it when nobody says how many. */
  readonly perThousand: number;
  /** Absent: books differ, and nothing is said of why. */
  readonly cause?: PlantedCause;
  readonly plant: (planner: Planner) => void;
};
