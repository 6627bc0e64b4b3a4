import { useNavigate, useSearch } from '@tanstack/react-router';

/** The exception whose drawer is open, on whichever page: `?case=` of the address. */
export function useCaseId(): string | undefined {
  return useSearch({ from: '__root__' }).case;
}

/** Opens the drawer of an exception over the page that is shown; null closes it. */
export function useOpenCase(): (caseId: string | null) => void {
  const navigate = useNavigate();
  return (caseId) => void navigate({ to: '.', search: (was) => ({ ...was, case: caseId ?? undefined }) });
}

/** The address of an exception, for links that are opened elsewhere. */
export const casePath = (id: string): string => `/exceptions?case=${id}`;
