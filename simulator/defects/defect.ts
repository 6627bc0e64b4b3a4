import type { Planner } from '../planner.ts';

/** Something that goes wrong in a hospital's day, or only looks like it; planting it says what is true of it. */
export type Defect = {
  /** As in `--defects name=3` and in the truth. */
  readonly name: string;
  /** How many of a thousand orders have it when nobody says how many. */
  readonly perThousand: number;
  readonly plant: (planner: Planner) => void;
};
