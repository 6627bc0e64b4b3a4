import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useLabels } from '../../labels/useLabels.ts';
import { problemText } from '../../parts/ProblemNote.tsx';
import { useLook } from '../../shell/look.ts';
import type { Upload, Uploaded } from './queries.ts';
import { billsChanged, uploadBill } from './queries.ts';

/** By it a page that one comes back to knows that a bill is being sent. */
export const UPLOAD_KEY = ['upload-bill'];
const NOTICE = 'upload-bill';

/**
 * Sends a bill. It goes on when the dialog is closed or the page left; then a notice says that it does, and how it came out.
 * @param isShown whether the dialog is open, which says it itself
 */
export function useUpload(isShown: boolean) {
  const labels = useLabels();
  const { billFiles: words } = labels;
  const { language } = useLook();
  const { notification } = App.useApp();
  const queries = useQueryClient();
  const [share, setShare] = useState(0);
  const sending = useRef<string | null>(null);
  const shown = useRef(false);
  const resultText = ({ status, bill }: Uploaded): string =>
    status === 'imported' ? words.imported : bill.isCurrent ? words.known : words.knownReplaced;
  const upload = useMutation({
    mutationKey: UPLOAD_KEY,
    mutationFn: (wish: Upload) => uploadBill(wish, setShare),
    onMutate: ({ file }) => {
      sending.current = file.name;
      setShare(0);
    },
    onSuccess: (uploaded, { file }) => {
      if (shown.current) return;
      notification.success({
        key: NOTICE,
        title: words.cameOut(file.name, resultText(uploaded)),
        duration: 10,
      });
    },
    onError: (error, { file }) => {
      if (shown.current) return;
      const description = problemText(error, language, labels);
      const title = words.cameOut(file.name, words.refused);
      notification.error({ key: NOTICE, title, description, duration: 0, role: 'alert' });
    },
    onSettled: () => {
      sending.current = null;
      billsChanged(queries);
    },
  });
  useEffect(() => {
    if (!isShown) return undefined;
    shown.current = true;
    notification.destroy(NOTICE);
    return () => {
      shown.current = false;
      if (sending.current === null) return;
      const title = words.sendingFile(sending.current);
      notification.info({ key: NOTICE, title, description: words.leave, duration: 0 });
    };
  }, [isShown, notification, words]);
  return { upload, share };
}
