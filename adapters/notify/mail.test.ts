import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerOptions } from 'smtp-server';
import { expect, test } from 'vitest';
import type { MailAccess } from './mail.ts';
import { mailContact } from './mail.ts';
import { aMessage } from './testReceiver.ts';

const tlsFile = (name: string): string =>
  readFileSync(new URL(`../../test/fixtures/tls/${name}`, import.meta.url), 'utf8');

const PASSWORD = 'geheim-9931';

async function startMail(options: SMTPServerOptions = {}) {
  const mails: { readonly to: readonly string[]; readonly text: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    // The certificate that it brings along is nobody's.
    disabledCommands: ['STARTTLS'],
    onAuth(auth, _session, done) {
      if (auth.username === 'dz' && auth.password === PASSWORD) done(null, { user: 'dz' });
      else done(new Error(`no such user ${auth.password ?? ''}`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, text: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    mails,
    port,
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(resolve);
      await promise;
    },
  };
}

function access(port: number, more: Partial<MailAccess> = {}): MailAccess {
  return {
    host: '127.0.0.1',
    port,
    tls: 'none',
    ca: null,
    user: { name: 'dz', password: PASSWORD },
    from: 'dz@example.cn',
    to: ['chief@example.cn', 'duty@example.cn'],
    ...more,
  };
}

function refusing(responseCode: number, message: string): SMTPServerOptions {
  return {
    onRcptTo: (_address, _session, done) => done(Object.assign(new Error(message), { responseCode })),
  };
}

test('a mail has the title as its subject, and the same id when it is sent again', async () => {
  await using server = await startMail();
  const contact = mailContact(access(server.port));
  for (let n = 0; n < 2; n += 1) expect(await contact.send(aMessage())).toMatchObject({ state: 'SENT' });
  const [first, second] = server.mails;
  expect(first?.to).toEqual(['chief@example.cn', 'duty@example.cn']);
  expect(first?.text).toMatch(/^Subject: =\?UTF-8\?/m);
  for (const mail of [first, second]) {
    expect(mail?.text).toContain(`Message-ID: <${aMessage().id}@duizhang>`);
    expect(mail?.text).toContain(`X-Duizhang-ID: ${aMessage().id}`);
  }
});

test('a wrong password is refused, and not told', async () => {
  await using server = await startMail();
  const answer = await mailContact(access(server.port, { user: { name: 'dz', password: 'wrong-771' } })).send(
    aMessage(),
  );
  expect(answer).toMatchObject({
    state: 'REFUSED',
    detail: expect.stringContaining('does not know this user'),
  });
  expect(answer.detail).not.toContain('wrong-771');
});

test('a server without TLS gets nothing where TLS is wanted', async () => {
  await using server = await startMail();
  expect(await mailContact(access(server.port, { tls: 'starttls' })).send(aMessage())).toMatchObject({
    state: 'REFUSED',
    detail: expect.stringContaining('offers no TLS'),
  });
  expect(server.mails).toEqual([]);
});

test.each([
  [550, 'REFUSED'],
  [451, 'LATER'],
] as const)('what the server answers with %i is %s', async (code, state) => {
  await using server = await startMail(refusing(code, 'not now'));
  expect(await mailContact(access(server.port)).send(aMessage())).toMatchObject({ state });
});

test('a server that says nothing, or is not there, is tried later', async () => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const address = mute.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await mailContact(access(port), 200).send(aMessage())).toMatchObject({ state: 'LATER' });
  mute.close();
  expect(await mailContact(access(1)).send(aMessage())).toMatchObject({ state: 'LATER' });
});

test('with TLS the server is the one whose certificate its authority signed, and no other', async () => {
  const own = { key: tlsFile('server.key'), cert: tlsFile('server.pem') };
  for (const [tls, options] of [
    ['starttls', { ...own, disabledCommands: [] }],
    ['always', { ...own, secure: true }],
  ] as const) {
    await using server = await startMail({ ...options, disabledCommands: [] });
    const known = mailContact(access(server.port, { tls, ca: tlsFile('ca.pem') }));
    expect(await known.send(aMessage())).toMatchObject({ state: 'SENT' });
    expect((await mailContact(access(server.port, { tls })).send(aMessage())).state).not.toBe('SENT');
    expect(server.mails).toHaveLength(1);
  }
});

test('a server that drips its answers is left after twice the time', async () => {
  const drips = createServer((socket) => {
    const timer = setInterval(() => socket.write('220-still here\r\n'), 50);
    socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(drips, 'listening');
  const address = drips.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const before = performance.now();
  expect(await mailContact(access(port), 300).send(aMessage())).toMatchObject({ state: 'LATER' });
  expect(performance.now() - before).toBeLessThan(2_000);
  drips.close();
});
