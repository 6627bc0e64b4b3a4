/** A secret that the configuration names. What it says is never told. */
export type SecretInfo = {
  /** As the configuration has it: a file, or a variable of the environment. */
  readonly name: string;
  readonly kind: 'FILE' | 'ENVIRONMENT';
  /** Where the configuration names it: "H001 wechat", "machine front keys.0". */
  readonly places: readonly string[];
  /** What is wrong with it; null: nothing. */
  readonly fault: string | null;
  /** Of its file; null: it is not there, or none. */
  readonly changedAtMs: number | null;
  /** Processes have read it before it changed: it counts from their next start on. */
  readonly waitsForRestart: boolean;
};

export type SecretDesk = {
  list(): Promise<readonly SecretInfo[]>;
  /**
   * Puts another one in its place, whole or not at all.
   * @throws DZ_SECRET_UNKNOWN, DZ_SECRET_INVALID, DZ_SECRET_READ_ONLY
   */
  replace(name: string, text: string): Promise<SecretInfo>;
};
