import { Result } from 'antd';
import type { PageId } from '../../domain/menus.ts';
import { useLabels } from '../labels/useLabels.ts';
import { Page } from './Page.tsx';

/** In place of a page that is still to come. */
export function NotBuilt({ page }: { readonly page: PageId }) {
  const { menu, shell } = useLabels();
  return (
    <Page title={menu[page]}>
      <Result
        status="info"
        title={shell.notBuiltTitle}
        subTitle={shell.notBuiltText}
        extra={<a href="/docs">{shell.apiDocs}</a>}
      />
    </Page>
  );
}
