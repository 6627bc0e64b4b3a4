/** Shorter ones are guessed from a stolen hash. */
export const LEAST_PASSWORD = 10;
/** Longer ones only cost time. */
export const MOST_PASSWORD = 128;

/** Of these people make passwords by adding digits. */
const USUAL = [
  'password',
  'passw0rd',
  'qwerty',
  'asdf',
  'admin',
  'letmein',
  'welcome',
  'duizhang',
  'hospital',
  'yiyuan',
  'woaini',
  'iloveyou',
  'abc123',
  '123456',
  '111111',
  '888888',
  '666666',
];
/** Characters beside a usual word, the user's own name or a run that a password has to have. */
const LEAST_OTHER = 6;
const LEAST_DISTINCT = 5;

/** The same password whatever keyboard or input method it is typed on. */
export function passwordText(typed: string): string {
  return typed.normalize('NFKC');
}

/** What makes a password too weak to be taken; null: it is taken. */
export function passwordFault(typed: string, userId: string): string | null {
  const password = passwordText(typed);
  const length = Array.from(password).length;
  if (length < LEAST_PASSWORD) return `it has fewer than ${LEAST_PASSWORD} characters`;
  if (length > MOST_PASSWORD) return `it has more than ${MOST_PASSWORD} characters`;
  if (new Set(password).size < LEAST_DISTINCT)
    return `it has fewer than ${LEAST_DISTINCT} different characters`;
  const lower = password.toLowerCase();
  const known = [userId, ...USUAL].find(
    (word) => lower.includes(word) && lower.replaceAll(word, '').length < LEAST_OTHER,
  );
  if (known !== undefined) return `it is "${known}" with little else`;
  if (length - longestRun(lower) < LEAST_OTHER)
    return 'it is a run like 12345678 or abcdefgh with little else';
  return null;
}

/** Characters in the longest stretch in which each is the one before, plus or minus one. */
function longestRun(text: string): number {
  let longest = 1;
  for (const step of [1, -1]) {
    let run = 1;
    for (let i = 1; i < text.length; i += 1) {
      run = text.charCodeAt(i) - text.charCodeAt(i - 1) === step ? run + 1 : 1;
      longest = Math.max(longest, run);
    }
  }
  return longest;
}
