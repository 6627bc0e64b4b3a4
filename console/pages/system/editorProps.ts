export type EditorProps = {
  readonly path: string;
  /** What is said, or else counts. */
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  readonly disabled: boolean;
  readonly contacts: readonly string[];
};
