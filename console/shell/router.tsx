import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { alertsSearch } from '../pages/alerts/search.ts';
import { approvalsSearch } from '../pages/approvals/search.ts';
import { auditSearch } from '../pages/audit/search.ts';
import { billFilesSearch } from '../pages/bill-files/search.ts';
import { deadLettersSearch } from '../pages/dead-letters/search.ts';
import { exceptionsSearch } from '../pages/exceptions/search.ts';
import { homeSearch } from '../pages/home/search.ts';
import { oneSidedSearch } from '../pages/one-sided/search.ts';
import { realtimeSearch } from '../pages/realtime/search.ts';
import { recordsSearch, runSearch } from '../pages/reconciliation/search.ts';
import { ErrorPage } from './ErrorPage.tsx';
import { Layout } from './Layout.tsx';
import { NotFoundPage } from './NotFoundPage.tsx';
import { systemSearch } from '../pages/system/search.ts';
import { searchOf, text } from './search.ts';

// Each page is a chunk of its own, fetched when somebody goes there. Its search parameters are part of the route, so that
// every link to it is checked, and the state of a page is its address.

const rootRoute = createRootRoute({
  component: Layout,
  notFoundComponent: NotFoundPage,
  errorComponent: ErrorPage,
  // The hospital that is looked at goes with every link; `case` is the exception whose drawer is open, on any page.
  validateSearch: searchOf({ hospital: text, case: text }),
  search: { middlewares: [retainSearchParams<{ hospital?: string | undefined }>(['hospital'])] },
});
const under = { getParentRoute: () => rootRoute } as const;

const routes = [
  createRoute({
    ...under,
    path: '/',
    validateSearch: homeSearch,
    component: lazyRouteComponent(() => import('../pages/home/HomePage.tsx'), 'HomePage'),
  }),
  createRoute({
    ...under,
    path: '/three-way',
    validateSearch: recordsSearch,
    component: lazyRouteComponent(() => import('../pages/three-way/ThreeWayPage.tsx'), 'ThreeWayPage'),
  }),
  createRoute({
    ...under,
    path: '/three-way/$runId',
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import('../pages/three-way/ThreeWayRunPage.tsx'), 'ThreeWayRunPage'),
  }),
  createRoute({
    ...under,
    path: '/two-way',
    validateSearch: recordsSearch,
    component: lazyRouteComponent(() => import('../pages/two-way/TwoWayPage.tsx'), 'TwoWayPage'),
  }),
  createRoute({
    ...under,
    path: '/two-way/$runId',
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import('../pages/two-way/TwoWayRunPage.tsx'), 'TwoWayRunPage'),
  }),
  createRoute({
    ...under,
    path: '/realtime',
    validateSearch: realtimeSearch,
    component: lazyRouteComponent(() => import('../pages/realtime/RealtimePage.tsx'), 'RealtimePage'),
  }),
  createRoute({
    ...under,
    path: '/exceptions',
    validateSearch: exceptionsSearch,
    component: lazyRouteComponent(() => import('../pages/exceptions/ExceptionsPage.tsx'), 'ExceptionsPage'),
  }),
  createRoute({
    ...under,
    path: '/one-sided',
    validateSearch: oneSidedSearch,
    component: lazyRouteComponent(() => import('../pages/one-sided/OneSidedPage.tsx'), 'OneSidedPage'),
  }),
  createRoute({
    ...under,
    path: '/bill-files',
    validateSearch: billFilesSearch,
    component: lazyRouteComponent(() => import('../pages/bill-files/BillFilesPage.tsx'), 'BillFilesPage'),
  }),
  createRoute({
    ...under,
    path: '/approvals',
    validateSearch: approvalsSearch,
    component: lazyRouteComponent(() => import('../pages/approvals/ApprovalsPage.tsx'), 'ApprovalsPage'),
  }),
  createRoute({
    ...under,
    path: '/alerts',
    validateSearch: alertsSearch,
    component: lazyRouteComponent(() => import('../pages/alerts/AlertsPage.tsx'), 'AlertsPage'),
  }),
  createRoute({
    ...under,
    path: '/dead-letters',
    validateSearch: deadLettersSearch,
    component: lazyRouteComponent(
      () => import('../pages/dead-letters/DeadLettersPage.tsx'),
      'DeadLettersPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/audit',
    validateSearch: auditSearch,
    component: lazyRouteComponent(() => import('../pages/audit/AuditPage.tsx'), 'AuditPage'),
  }),
  createRoute({
    ...under,
    path: '/system',
    validateSearch: systemSearch,
    component: lazyRouteComponent(() => import('../pages/system/SystemPage.tsx'), 'SystemPage'),
  }),
] as const;

export const router = createRouter({
  routeTree: rootRoute.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
