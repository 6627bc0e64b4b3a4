import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import { alertsSearch } from '../pages/alerts/search.ts';
import { approvalsSearch } from '../pages/approvals/search.ts';
import { exceptionsSearch } from '../pages/exceptions/search.ts';
import { homeSearch } from '../pages/home/search.ts';
import { ErrorPage } from './ErrorPage.tsx';
import { Layout } from './Layout.tsx';
import { NotFoundPage } from './NotFoundPage.tsx';
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
    component: lazyRouteComponent(() => import('../pages/three-way/ThreeWayPage.tsx'), 'ThreeWayPage'),
  }),
  createRoute({
    ...under,
    path: '/two-way',
    component: lazyRouteComponent(() => import('../pages/two-way/TwoWayPage.tsx'), 'TwoWayPage'),
  }),
  createRoute({
    ...under,
    path: '/realtime',
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
    component: lazyRouteComponent(() => import('../pages/one-sided/OneSidedPage.tsx'), 'OneSidedPage'),
  }),
  createRoute({
    ...under,
    path: '/bill-files',
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
    component: lazyRouteComponent(
      () => import('../pages/dead-letters/DeadLettersPage.tsx'),
      'DeadLettersPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/audit',
    component: lazyRouteComponent(() => import('../pages/audit/AuditPage.tsx'), 'AuditPage'),
  }),
  createRoute({
    ...under,
    path: '/system',
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
