import { App } from 'antd';
import { fetchFile, saveFile } from '../api/files.ts';
import { useLabels } from '../labels/useLabels.ts';
import { useLook } from '../shell/look.ts';
import { problemText } from './ProblemNote.tsx';
import { bytesText } from './texts.ts';

const SAID_EVERY_MS = 250;
let started = 0;

/** Takes files of the API away. It says how far it is, and goes on while one looks at other pages. */
export function useDownload(): (path: string, what: string, fileName?: string) => Promise<void> {
  const labels = useLabels();
  const { language } = useLook();
  const { notification } = App.useApp();
  const { transfer: words } = labels;
  return async (path, what, fileName = what) => {
    started += 1;
    const key = `download-${started}`;
    let saidMs = 0;
    const say = (title: string): void => {
      saidMs = Date.now();
      notification.info({ key, title, description: words.canLeave, duration: 0 });
    };
    // What is there at once is not announced.
    const timer = window.setTimeout(() => say(words.preparing(what)), SAID_EVERY_MS);
    try {
      const file = await fetchFile(path, (bytes) => {
        if (saidMs === 0 || Date.now() - saidMs < SAID_EVERY_MS) return;
        say(words.receiving(what, bytesText(bytes)));
      });
      const name = file.name ?? fileName;
      saveFile(name, file.blob);
      notification.success({ key, title: words.done(name), description: '', duration: 4 });
    } catch (error) {
      const description = problemText(error, language, labels);
      notification.error({ key, title: words.failed(what), description, duration: 0, role: 'alert' });
    } finally {
      window.clearTimeout(timer);
    }
  };
}

/** A path of the API with what is asked of it; what is undefined is left out. */
export function pathWith(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}
