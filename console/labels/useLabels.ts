import { useLook } from '../shell/look.ts';
import { en } from './en.ts';
import type { Labels } from './zh.ts';
import { zh } from './zh.ts';

/** The words of the language that is chosen. */
export function useLabels(): Labels {
  return useLook().language === 'en' ? en : zh;
}
