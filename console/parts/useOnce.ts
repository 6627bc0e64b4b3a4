import { useRef } from 'react';

type Mutation<Wish> = {
  readonly mutate: (wish: Wish, options: { readonly onSettled: () => void }) => void;
};

/** What is pressed twice is meant once: while one request is under way, a further one is none. */
export function useOnce<Wish>({ mutate }: Mutation<Wish>): (wish: Wish) => void {
  const runs = useRef(false);
  return (wish) => {
    if (runs.current) return;
    runs.current = true;
    mutate(wish, {
      onSettled: () => {
        runs.current = false;
      },
    });
  };
}
