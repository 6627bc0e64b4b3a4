export type EditorProps = {
  readonly path: string;
  /** What is said, or else counts. */
  readonly value: unknown;
  /** What counts where nothing, or a part of it, is said. */
  readonly inherited?: unknown;
  readonly onChange: (value: unknown) => void;
  readonly disabled: boolean;
  readonly contacts: readonly string[];
};
