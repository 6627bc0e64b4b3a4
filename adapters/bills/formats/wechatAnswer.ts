import { displayText, type ByteText } from '../byteText.ts';
import type { BillFacts, BillFormat, BillParser } from '../format.ts';
import { refusal } from '../messages.ts';

/** Error answers are a few hundred bytes. */
const MAX_BYTES = 1 << 16;
/** v2 writes `No Bill Exist`, its documentation `NO Bill Exist`; v3 answers with the code. */
const NO_BILL = /no bill exist|NO_STATEMENT_EXIST/i;

/**
 * What WeChat Pay sends in place of a bill (v2 XML, v3 JSON). "No bill" is a bill of a day without trade; every other
 * answer is refused, or an error page would be taken for a bill.
 */
export const wechatAnswer: BillFormat = {
  name: 'wechat-answer',
  title: { en: 'an answer of WeChat Pay in place of a bill', zh: '微信支付返回的应答，而不是账单' },
  version: 1,
  channel: 'WECHAT',
  looksLike: { en: '<xml>… or {…', zh: '<xml>… 或 {…' },
  recognise: (opening) => (/^\s*(?:<xml\b|\{)/.test(opening.text) ? 'DETAIL' : null),
  open: () => new WechatAnswerParser(),
};

class WechatAnswerParser implements BillParser {
  #answer: ByteText = '';

  beginPart(): void {
    this.#answer = '';
  }

  line(text: ByteText, start: number, end: number): void {
    if (this.#answer.length < MAX_BYTES)
      this.#answer += `${text.slice(start, Math.min(end, start + MAX_BYTES))}\n`;
  }

  endPart(): void {
    const answer = displayText(this.#answer);
    if (NO_BILL.test(answer)) return;
    throw refusal('errorAnswer', { answer: answer.trim().slice(0, 300) });
  }

  finish(): BillFacts {
    return { billType: 'NO_BILL', statedDate: null, merchantNo: null, footer: 'NONE' };
  }
}
