import { App, Button, Flex, Typography } from 'antd';
import { useEffect, useRef } from 'react';
import { useLabels } from '../../labels/useLabels.ts';

const MOST_FILES = 5;
const MOST_BYTES = 10 * 1024 * 1024;
const TYPES = ['application/pdf', 'image/png', 'image/jpeg'];
const PREVIEW_PX = 160;

type Props = { readonly files: readonly File[]; readonly onFiles: (files: readonly File[]) => void };

/** Files that go with the request as proofs, each shown before it is sent. */
export function ProofField({ files, onFiles }: Props) {
  const { cases: words } = useLabels();
  const { message } = App.useApp();
  const input = useRef<HTMLInputElement>(null);
  const take = (chosen: readonly File[]) => {
    const fitting = chosen.filter(({ name, size, type }) => {
      if (!TYPES.includes(type)) void message.error(words.wrongType(name));
      else if (size > MOST_BYTES) void message.error(words.tooLarge(name));
      else return true;
      return false;
    });
    onFiles([...files, ...fitting].slice(0, MOST_FILES));
  };
  return (
    <div style={{ marginBlockEnd: 24 }}>
      <input
        ref={input}
        type="file"
        multiple
        // Ant Design's forms show file inputs, `hidden` or not.
        style={{ display: 'none' }}
        accept={TYPES.join(',')}
        aria-label={words.proofs}
        onChange={({ target }) => {
          take([...(target.files ?? [])]);
          // The same file may be chosen again after it was removed.
          target.value = '';
        }}
      />
      <Flex align="center" wrap gap={8}>
        <Button disabled={files.length >= MOST_FILES} onClick={() => input.current?.click()}>
          {words.upload}
        </Button>
        <Typography.Text type="secondary">{words.uploadHint}</Typography.Text>
      </Flex>
      <Flex wrap gap={12} style={{ marginBlockStart: 8 }}>
        {files.map((file) => (
          <Flex
            key={`${file.name}${file.size}${file.lastModified}`}
            vertical
            gap={4}
            style={{ width: PREVIEW_PX }}
          >
            {file.type.startsWith('image/') && <Preview file={file} />}
            <Typography.Text ellipsis={{ tooltip: file.name }}>{file.name}</Typography.Text>
            <Button size="small" onClick={() => onFiles(files.filter((other) => other !== file))}>
              {words.remove}
            </Button>
          </Flex>
        ))}
      </Flex>
    </div>
  );
}

/** Drawn, not linked: the page's policy lets no picture in that the server did not send. */
function Preview({ file }: { readonly file: File }) {
  const { cases: words } = useLabels();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let isGone = false;
    void createImageBitmap(file)
      .then((picture) => {
        const place = canvas.current;
        if (isGone || place === null) return;
        const scale = Math.min(1, PREVIEW_PX / picture.width, PREVIEW_PX / picture.height);
        place.width = Math.max(1, Math.round(picture.width * scale));
        place.height = Math.max(1, Math.round(picture.height * scale));
        place.getContext('2d')?.drawImage(picture, 0, 0, place.width, place.height);
      })
      // A broken picture has no preview; the server says what is wrong with it.
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [file]);
  return (
    <canvas
      ref={canvas}
      style={{ alignSelf: 'start' }}
      role="img"
      aria-label={`${words.preview} ${file.name}`}
    />
  );
}
