import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { App, Button, Drawer, Popconfirm, Typography } from 'antd';
import { meQuery } from '../../api/queries.ts';
import { useLabels } from '../../labels/useLabels.ts';
import type { Labels } from '../../labels/zh.ts';
import { BeijingTime } from '../../parts/BeijingTime.tsx';
import { CopyableId } from '../../parts/CopyableId.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { countText } from '../../parts/texts.ts';
import { useOnce } from '../../parts/useOnce.ts';
import { useLook } from '../../shell/look.ts';
import { adviceOf, fieldText, placeOf } from './letterText.ts';
import type { Letter } from './queries.ts';
import { LETTERS_KEY, replay } from './queries.ts';
import { bytesOf, readable } from './readable.ts';
import { useHospitalName } from '../../parts/useHospitalName.ts';

type Props = { readonly letter: Letter | null; readonly onClose: () => void };

export function LetterDrawer({ letter, onClose }: Props) {
  const { codes } = useLabels();
  return (
    <Drawer
      open={letter !== null}
      onClose={onClose}
      size={640}
      title={letter === null ? '' : (codes.deadLetter[letter.code] ?? letter.code)}
      destroyOnHidden
    >
      {letter !== null && <Details letter={letter} />}
    </Drawer>
  );
}

function Details({ letter }: { readonly letter: Letter }) {
  const labels = useLabels();
  const { codes, common, deadLetters: words, problem } = labels;
  const { language } = useLook();
  const hospital = useHospitalName()(letter.merchantId);
  const bytes = bytesOf(letter.valueBase64);
  const { topic, partition, offset } = placeOf(letter);
  const inChinese = letter.reasonZh ?? codes.deadLetter[letter.code] ?? letter.code;
  const facts = [
    [words.problem, language === 'zh' ? inChinese : letter.reason],
    [words.advice, adviceOf(letter, { labels, hospital })],
    [common.hospital, hospital ?? otherHospital(letter, words)],
    [common.orderNo, <CopyableId key="v" id={letter.orderNo} breaks />],
    [words.field, fieldText(letter.field, labels)],
    [words.topic, common.withNote(words.topics[topic] ?? topic, topic)],
    [words.partition, partition],
    [words.offset, offset],
    [words.receivedAt, <BeijingTime key="v" at={letter.receivedAt} />],
    [words.replayedAt, <BeijingTime key="v" at={letter.replayedAt} />],
    [problem.code, letter.code],
    [words.reason, letter.reason],
  ] as const;
  return (
    <>
      <Facts facts={facts} />
      <Typography.Title level={2} style={{ fontSize: 15, marginBlockStart: 16 }}>
        {words.content} · {words.size(countText(bytes.length))}
      </Typography.Title>
      {/* It may be wider or longer than the drawer: whoever has only a keyboard scrolls it, too. */}
      <pre tabIndex={0} className="dz-id" style={{ overflow: 'auto', maxHeight: '40vh', margin: 0 }}>
        {readable(bytes)}
      </pre>
      {letter.replayedAt === null && <Replay id={letter.id} />}
    </>
  );
}

function otherHospital({ merchantId }: Letter, words: Labels['deadLetters']): string {
  return merchantId === null ? words.cannotTell : words.unknownHospital(merchantId);
}

const MAY_REPLAY = ['operator', 'admin'] as const;

function Replay({ id }: { readonly id: string }) {
  const { common, deadLetters: words } = useLabels();
  const { message } = App.useApp();
  const queries = useQueryClient();
  const { data: me } = useSuspenseQuery(meQuery);
  const again = useMutation({
    mutationFn: replay,
    onSuccess: () => {
      void message.success(words.replayDone);
      return queries.invalidateQueries({ queryKey: LETTERS_KEY });
    },
  });
  const replayOnce = useOnce(again);
  const mayReplay = MAY_REPLAY.some((role) => me.roles.includes(role));
  return (
    <div style={{ marginBlockStart: 16 }}>
      {again.error && <ProblemNote error={again.error} />}
      <Popconfirm
        title={words.replayConfirm}
        okText={common.confirm}
        cancelText={common.cancel}
        onConfirm={() => replayOnce(id)}
        disabled={!mayReplay}
      >
        <Button type="primary" disabled={!mayReplay} loading={again.isPending}>
          {words.replay}
        </Button>
      </Popconfirm>
      <Typography.Paragraph type="secondary" style={{ marginBlockStart: 8 }}>
        {mayReplay ? words.replayHint : words.mayNotReplay}
      </Typography.Paragraph>
    </div>
  );
}
