import { Alert, Button, Flex, Typography } from 'antd';
import { useLabels } from '../../labels/useLabels.ts';
import { Money } from '../../parts/Money.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useLook } from '../../shell/look.ts';
import type { Uploaded } from './queries.ts';

const ROWS_SHOWN = 10;

/** What became of a bill that was brought. */
export function UploadResult({
  uploaded,
  onAnother,
}: {
  readonly uploaded: Uploaded;
  readonly onAnother: () => void;
}) {
  const { billFiles: words, codes, common } = useLabels();
  const { language } = useLook();
  const { bill, status, errors } = uploaded;
  const known = bill.isCurrent ? words.known : words.knownReplaced;
  const isImported = status === 'imported';
  return (
    <Flex vertical gap={12}>
      <Alert
        type={isImported ? 'success' : 'info'}
        showIcon
        role="status"
        data-upload={status}
        title={isImported ? words.imported : known}
        description={
          <>
            {bill.date} · {codes.book[bill.book]}
            {bill.channel !== null && ` · ${codes.channel[bill.channel]}`} · {words.payments}{' '}
            {countText(bill.payments)} <Money fen={bill.paymentFen} inline /> · {words.refunds}{' '}
            {countText(bill.refunds)} <Money fen={bill.refundFen} inline />
          </>
        }
      />
      {bill.errorRows > 0 && (
        <Alert
          type="warning"
          showIcon
          title={words.errorRows(countText(bill.errorRows))}
          description={
            <>
              <div>{words.errorRowsText}</div>
              {errors.slice(0, ROWS_SHOWN).map(({ line, message, messageZh }) => (
                <Typography.Text key={line} type="secondary" style={{ display: 'block' }}>
                  {words.line(countText(line))}
                  {common.colon}
                  {language === 'zh' ? (messageZh ?? message) : message}
                </Typography.Text>
              ))}
            </>
          }
        />
      )}
      <Button onClick={onAnother}>{words.another}</Button>
    </Flex>
  );
}

/** Why a bill is not in. */
export function UploadRefused({ error }: { readonly error: unknown }) {
  const { billFiles: words } = useLabels();
  return (
    <div data-upload="refused">
      <Typography.Paragraph strong>{words.refused}</Typography.Paragraph>
      <ProblemNote error={error} />
    </div>
  );
}
