/** The nonce of this answer, which its policy lets styles in by. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/**
 * Two of Ant Design's inner parts (the measuring of scroll bars, the locking of a page behind a dialog) make styles
 * without the nonce that they were given. Only our own scripts run here, and what they make may carry it.
 */
export function giveStylesTheirNonce(): void {
  const createElement: typeof document.createElement = Reflect.get(Document.prototype, 'createElement');
  Document.prototype.createElement = new Proxy(createElement, {
    apply(create, self, args) {
      const element: unknown = Reflect.apply(create, self, args);
      if (element instanceof HTMLStyleElement) element.nonce = nonce;
      return element;
    },
  });
}
