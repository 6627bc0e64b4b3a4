import type { Static } from 'typebox';
import { Type } from 'typebox';

/** Where the original bytes of bills are kept: one of the two. Keys are no part of a configuration file. */
export const ArchiveSchema = Type.Object(
  {
    folder: Type.Optional(Type.String({ minLength: 1 })),
    s3: Type.Optional(
      Type.Object(
        {
          endpoint: Type.String({ pattern: '^https?://[^/]+$' }),
          bucket: Type.String({ minLength: 3 }),
          region: Type.Optional(Type.String({ minLength: 1 })),
          prefix: Type.Optional(Type.String({ pattern: '^([^/].*/)?$' })),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, minProperties: 1, maxProperties: 1 },
);

export type ArchiveConfig = Static<typeof ArchiveSchema>;
