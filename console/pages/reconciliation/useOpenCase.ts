import { useRouter } from '@tanstack/react-router';

export const casePath = (id: string): string => `/exceptions?case=${id}`;

/** Opens an exception where it is worked on. */
export function useOpenCase(): (id: string) => void {
  const router = useRouter();
  return (id) => router.history.push(casePath(id));
}
