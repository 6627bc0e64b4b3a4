import { oneOf, searchOf } from '../../shell/search.ts';

export const realtimeSearch = searchOf({ show: oneOf(['EXCEPTIONS', 'HEALED', 'MATCHED'] as const) });
