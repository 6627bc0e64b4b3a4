import type { QueryClient } from '@tanstack/react-query';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Role } from '../../../domain/principal.ts';
import { api, given } from '../../api/client.ts';
import type { paths } from '../../api/schema.d.ts';

type SettingsAnswer = paths['/api/v1/settings']['get']['responses'][200]['content']['application/json'];
export type SettingsView = SettingsAnswer;
export type Field = SettingsAnswer['fields'][number];
export type HospitalRow = SettingsAnswer['hospitals'][number];
export type Preview =
  paths['/api/v1/settings/preview']['post']['responses'][200]['content']['application/json'];
export type Diff = Preview['diff'][number];
export type RevisionRow =
  paths['/api/v1/settings/history']['get']['responses'][200]['content']['application/json']['items'][number];
export type ProposalRow =
  paths['/api/v1/settings/proposals']['get']['responses'][200]['content']['application/json']['items'][number];
export type UserRow =
  paths['/api/v1/users']['get']['responses'][200]['content']['application/json']['items'][number];
export type SecretRow =
  paths['/api/v1/settings/secrets']['get']['responses'][200]['content']['application/json']['items'][number];
/** `value` absent: the file counts again. */
export type Wish = { readonly path: string; readonly value?: unknown };

const KEY = 'settings';
const USERS = 'users';

export function settingsQuery(merchantId?: string) {
  return queryOptions({
    queryKey: [KEY, 'view', merchantId ?? null],
    queryFn: ({ signal }) => {
      const query = merchantId === undefined ? {} : { merchantId };
      return given(api.GET('/api/v1/settings', { params: { query }, signal }));
    },
  });
}

const A_PAGE = 50;
export const historyQuery = infiniteQueryOptions({
  queryKey: [KEY, 'history'],
  initialPageParam: 0,
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: A_PAGE, ...(pageParam === 0 ? {} : { before: pageParam }) };
    return given(api.GET('/api/v1/settings/history', { params: { query }, signal }));
  },
  getNextPageParam: ({ nextBefore }) => nextBefore ?? undefined,
});

const WHILE_WAITING_MS = 15_000;
/** Looked for again by itself, since somebody else proposes and decides. */
export const proposalsQuery = queryOptions({
  queryKey: [KEY, 'proposals'],
  queryFn: ({ signal }) =>
    given(api.GET('/api/v1/settings/proposals', { params: { query: { limit: A_PAGE } }, signal })),
  refetchInterval: WHILE_WAITING_MS,
});

export const usersQuery = queryOptions({
  queryKey: [USERS],
  queryFn: ({ signal }) => given(api.GET('/api/v1/users', { signal })),
});

export const secretsQuery = queryOptions({
  queryKey: [KEY, 'secrets'],
  queryFn: ({ signal }) => given(api.GET('/api/v1/settings/secrets', { signal })),
});

/** After a change: hospitals have other names and rules everywhere. */
export function settingsChanged(queries: QueryClient): void {
  for (const key of [KEY, 'merchants', 'me']) void queries.invalidateQueries({ queryKey: [key] });
}

export function usersChanged(queries: QueryClient): void {
  void queries.invalidateQueries({ queryKey: [USERS] });
}

export function previewSettings(base: number, changes: readonly Wish[]) {
  return given(api.POST('/api/v1/settings/preview', { body: { base, changes: [...changes] } }));
}

type Change = {
  readonly base: number;
  readonly changes: readonly Wish[];
  readonly reason: string;
  /** Of this intention, over all tries. */
  readonly key: string;
};

export function changeSettings({ key, changes, ...body }: Change) {
  return given(
    api.POST('/api/v1/settings', {
      params: { header: { 'idempotency-key': key } },
      body: { ...body, changes: [...changes] },
    }),
  );
}

export function proposeSettings({ key, changes, ...body }: Change) {
  return given(
    api.POST('/api/v1/settings/proposals', {
      params: { header: { 'idempotency-key': key } },
      body: { ...body, changes: [...changes] },
    }),
  );
}

type ProposalAnswer = {
  readonly proposalId: string;
  readonly step: 'agree' | 'refuse' | 'withdraw';
  readonly note: string;
};

export async function decideProposal({ proposalId, step, note }: ProposalAnswer): Promise<void> {
  const params = { path: { id: proposalId } };
  switch (step) {
    case 'agree':
      await given(api.POST('/api/v1/settings/proposals/{id}/agree', { params, body: { note } }));
      return;
    case 'refuse':
      await given(api.POST('/api/v1/settings/proposals/{id}/refuse', { params, body: { note } }));
      return;
    case 'withdraw':
      await given(api.POST('/api/v1/settings/proposals/{id}/withdraw', { params }));
  }
}

export function replaceSecret({ name, ...body }: { name: string; value: string; reason: string }) {
  return given(api.POST('/api/v1/settings/secrets/{name}', { params: { path: { name } }, body }));
}

export type UserWish = {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly reach: UserRow['reach'];
};

export function addUser(wish: UserWish & { readonly user: string; readonly password?: string }) {
  return given(api.POST('/api/v1/users', { body: { ...wish, roles: [...wish.roles] } }));
}

export function changeUser(user: string, { roles, ...wish }: Partial<UserWish>) {
  const body = { ...wish, ...(roles === undefined ? {} : { roles: [...roles] }) };
  return given(api.POST('/api/v1/users/{user}', { params: { path: { user } }, body }));
}

export type UserStep = 'disable' | 'enable' | 'password' | 'totp' | 'totpOff';

/** @returns what is told this once; null: nothing */
export async function stepUser(user: string, step: UserStep): Promise<string | null> {
  const params = { path: { user } };
  switch (step) {
    case 'disable':
      await given(api.POST('/api/v1/users/{user}/disable', { params }));
      return null;
    case 'enable':
      await given(api.POST('/api/v1/users/{user}/enable', { params }));
      return null;
    case 'password':
      return (await given(api.POST('/api/v1/users/{user}/password', { params, body: {} }))).password;
    case 'totp':
      return (await given(api.POST('/api/v1/users/{user}/totp', { params }))).otpauth;
    case 'totpOff':
      await given(api.DELETE('/api/v1/users/{user}/totp', { params }));
      return null;
  }
}
