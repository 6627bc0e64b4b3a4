// Written by node tools/apiTypes.ts from /openapi.json: not by hand.
type Headers = { [name: string]: unknown };
type Answer<Body> = { headers: Headers; content: { 'application/json': Body } };
export type Problem = {
  type: string;
  title: string;
  status: number;
  /** stable, DZ_… */
  code: string;
  /** what is wrong and what to do */
  detail: string;
  /** 中文说明 */
  detailZh?: string;
  /** where in the request, e.g. /note */
  field?: string;
};
export type paths = {
  '/healthz': {
    /** The process is alive */
    get: {
      responses: { 200: Answer<{ status: 'ok' }>; 414: Answer<Problem>; 429: Answer<Problem> };
    };
  };
  '/readyz': {
    /** Every part answers; names the part that does not */
    get: {
      responses: {
        200: Answer<{ status: 'ready' | 'not-ready'; notReady: { part: string; reason: string }[] }>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        503: Answer<{ status: 'ready' | 'not-ready'; notReady: { part: string; reason: string }[] }>;
      };
    };
  };
  '/metrics': {
    /** Prometheus metrics */
    get: {
      responses: { 200: { headers: Headers; content?: never } };
    };
  };
  '/api/v1/sessions': {
    /** Logs in (登录) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            user: string;
            password: string;
            /** one-time code of an authenticator app, where the user has one */
            totp?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          /** for "Authorization: Bearer …"; kept in memory, nowhere else */
          accessToken: string;
          accessEndsAt: string;
          /** good for one refresh; used a second time it ends the session of whoever holds it */
          refreshToken: string;
          sessionEndsAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/refresh': {
    /** New tokens for a session that goes on */
    post: {
      requestBody: { content: { 'application/json': { refreshToken: string } } };
      responses: {
        200: Answer<{
          /** for "Authorization: Bearer …"; kept in memory, nowhere else */
          accessToken: string;
          accessEndsAt: string;
          /** good for one refresh; used a second time it ends the session of whoever holds it */
          refreshToken: string;
          sessionEndsAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/current/authentication': {
    /** Shows the password again, where money moves after a fresh login only (DZ_LOGIN_STALE) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            password: string;
            /** one-time code of an authenticator app, where the user has one */
            totp?: string;
          };
        };
      };
      responses: {
        200: Answer<{ authenticatedAt: string }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/current': {
    /** Logs out (退出登录): none of the tokens of the session is good any more */
    delete: {
      responses: {
        204: { headers: Headers; content?: never };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/ways': {
    /** How people may log in (登录方式) */
    get: {
      responses: {
        200: Answer<{
          password: boolean;
          /** at an identity provider */
          oidc: boolean;
        }>;
        414: Answer<Problem>;
        429: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/oidc': {
    /** Begins a login at the identity provider (统一登录) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            /** SHA-256, as base64url, of a random secret that the browser keeps until the answer */
            secretHash: string;
            /** the provider asks who it is although it knows (prompt=login) */
            fresh?: boolean;
          };
        };
      };
      responses: {
        200: Answer<{
          /** where the browser goes */
          address: string;
          /** comes back with the answer */
          state: string;
        }>;
        400: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/oidc/answer': {
    /** Logs in with the answer of the identity provider, which is good once */
    post: {
      requestBody: {
        content: {
          'application/json': {
            state: string;
            /** whose hash was sent */
            secret: string;
            code: string;
            /** as the provider said it (RFC 9207) */
            iss?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          /** for "Authorization: Bearer …"; kept in memory, nowhere else */
          accessToken: string;
          accessEndsAt: string;
          /** good for one refresh; used a second time it ends the session of whoever holds it */
          refreshToken: string;
          sessionEndsAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/sessions/current/authentication/oidc': {
    /** The same in a session that goes on, after a login begun with fresh (DZ_LOGIN_STALE) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            state: string;
            /** whose hash was sent */
            secret: string;
            code: string;
            /** as the provider said it (RFC 9207) */
            iss?: string;
          };
        };
      };
      responses: {
        200: Answer<{ authenticatedAt: string }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/me': {
    /** Who asks: roles, hospitals and the menus of the console (当前用户) */
    get: {
      responses: {
        200: Answer<{
          user: string;
          name: string;
          roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
          /** whether hospitals that are still to come are reached, too */
          allMerchants: boolean;
          merchants: {
            id: string;
            name: string;
            /** later dates are not closed by themselves; null: it stays */
            lastDate: string | null;
          }[];
          menus: { id: string; title: string; pages: { id: string; title: string }[] }[];
          /** TOKEN: no login here stands behind it */
          loggedInBy: 'PASSWORD' | 'OIDC' | 'TOKEN';
          /** when the password was last shown; null: by a token that no login stands behind */
          authenticatedAt: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/reconciliations': {
    /** Runs by merchant and date, newest date first (对账记录) */
    get: {
      parameters: {
        query: {
          mode?: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          merchantId?: string;
          from?: string;
          to?: string;
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            id: string;
            merchantId: string;
            businessDate: string;
            mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
            outcome: 'BALANCED' | 'UNBALANCED' | 'FAILED';
            reasons: (
              | 'MERCHANT_BILL_EMPTY'
              | 'PLATFORM_BILL_EMPTY'
              | 'CHANNEL_BILL_EMPTY'
              | 'HDP_FAILED'
              | 'BILL_PARSE_ERROR'
              | 'BILL_NOT_READY'
              | 'BILL_TOTALS_MISMATCH'
            )[];
            /** each reason in words */
            details: Record<string, string>;
            operator: string;
            /** SHA-256 of the bills that stood for their books */
            bills: string[];
            startedAt: string;
            endedAt: string;
            books: Record<
              string,
              {
                payments: number;
                refunds: number;
                /** fen */
                paymentFen: string;
                /** fen */
                refundFen: string;
              }
            >;
            verdicts: Record<string, number>;
            merkleRoot: string;
            /** a realtime day that no run has closed yet */
            provisional: boolean;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Closes a day, or closes it again (重新对账) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            merchantId: string;
            date: string;
            /** needed when the month of the date is locked */
            reason?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          id: string;
          merchantId: string;
          businessDate: string;
          mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          outcome: 'BALANCED' | 'UNBALANCED' | 'FAILED';
          reasons: (
            | 'MERCHANT_BILL_EMPTY'
            | 'PLATFORM_BILL_EMPTY'
            | 'CHANNEL_BILL_EMPTY'
            | 'HDP_FAILED'
            | 'BILL_PARSE_ERROR'
            | 'BILL_NOT_READY'
            | 'BILL_TOTALS_MISMATCH'
          )[];
          /** each reason in words */
          details: Record<string, string>;
          operator: string;
          /** SHA-256 of the bills that stood for their books */
          bills: string[];
          startedAt: string;
          endedAt: string;
          books: Record<
            string,
            {
              payments: number;
              refunds: number;
              /** fen */
              paymentFen: string;
              /** fen */
              refundFen: string;
            }
          >;
          verdicts: Record<string, number>;
          merkleRoot: string;
          /** a realtime day that no run has closed yet */
          provisional: boolean;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/reconciliations/{id}': {
    /** One run, or one realtime day (对账记录详情) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          id: string;
          merchantId: string;
          businessDate: string;
          mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          outcome: 'BALANCED' | 'UNBALANCED' | 'FAILED';
          reasons: (
            | 'MERCHANT_BILL_EMPTY'
            | 'PLATFORM_BILL_EMPTY'
            | 'CHANNEL_BILL_EMPTY'
            | 'HDP_FAILED'
            | 'BILL_PARSE_ERROR'
            | 'BILL_NOT_READY'
            | 'BILL_TOTALS_MISMATCH'
          )[];
          /** each reason in words */
          details: Record<string, string>;
          operator: string;
          /** SHA-256 of the bills that stood for their books */
          bills: string[];
          startedAt: string;
          endedAt: string;
          books: Record<
            string,
            {
              payments: number;
              refunds: number;
              /** fen */
              paymentFen: string;
              /** fen */
              refundFen: string;
            }
          >;
          verdicts: Record<string, number>;
          merkleRoot: string;
          /** a realtime day that no run has closed yet */
          provisional: boolean;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/reconciliations/{id}/summary': {
    /** What a run found, by verdict, kind and channel, with its bills (对账结果) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          /** false: a later run counts instead, or this one failed */
          published: boolean;
          shares: {
            code:
              | 'MATCHED'
              | 'AMOUNT_MISMATCH'
              | 'MERCHANT_ONLY'
              | 'PLATFORM_ONLY'
              | 'CHANNEL_ONLY'
              | 'PLATFORM_MISSING'
              | 'DUPLICATE'
              | 'OFFSET'
              | 'CROSS_DAY';
            kind: 'PAYMENT' | 'REFUND';
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            count: number;
            merchantFen: string | null;
            platformFen: string | null;
            channelFen: string | null;
          }[];
          /** its exceptions by the state of their cases now */
          cases: {
            OPEN: number;
            IN_PROGRESS: number;
            PENDING_APPROVAL: number;
            RESOLVED: number;
            HEALED: number;
          };
          /** that stood for their books */
          bills: {
            /** begins with the SHA-256 of the original bytes */
            id: string;
            merchantId: string;
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            /** null: it speaks for every channel */
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            date: string;
            format: string;
            fileName: string;
            rows: number;
            errorRows: number;
            payments: number;
            refunds: number;
            /** fen */
            paymentFen: string;
            /** fen */
            refundFen: string;
            /** what the channel charged, in thousandths of a fen; null: the bill does not say */
            feeMilliFen: string | null;
            importedAt: string;
            /** false: a later bill of the same place counts instead */
            isCurrent: boolean;
            /** of the original bytes; null: they are not kept, and cannot be downloaded */
            sha256: string | null;
            sizeBytes: number;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/close-waits': {
    /** Days that are due and wait, for what and since when (待对账) */
    get: {
      responses: {
        200: Answer<{
          items: {
            merchantId: string;
            businessDate: string;
            mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
            /** bills that are missing */
            waitsFor: {
              book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
              /** of a channel’s bill */
              channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
              /** where it is asked for; null: somebody has to bring it */
              source: ('hdp' | 'wechat' | 'alipay' | 'drop' | 'upload') | null;
            }[];
            since: string;
            /** the run comes then at the latest */
            until: string;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/match-rates': {
    /** Match rate by merchant, date and mode (匹配率) */
    get: {
      parameters: {
        query: {
          mode?: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          merchantId?: string;
          from?: string;
          to?: string;
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            merchantId: string;
            businessDate: string;
            mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
            verdicts: number;
            matched: number;
            exceptions: number;
            /** matched / verdicts; null when there are none */
            rate: number | null;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/realtime-quality': {
    /** How far realtime verdicts of closed dates stood (实时与日结比对) */
    get: {
      parameters: { query: { merchantId?: string; from: string; to: string } };

      responses: {
        200: Answer<{
          items: {
            merchantId: string;
            businessDate: string;
            verdicts: number;
            stood: number;
            /** the window that would have been needed for counterparts that came later; null: none did */
            needed: { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null };
            byType: {
              type:
                | 'MATCHED'
                | 'AMOUNT_MISMATCH'
                | 'MERCHANT_ONLY'
                | 'PLATFORM_ONLY'
                | 'CHANNEL_ONLY'
                | 'PLATFORM_MISSING'
                | 'DUPLICATE'
                | 'OFFSET'
                | 'CROSS_DAY';
              verdicts: number;
              stood: number;
              /** the window that would have been needed for counterparts that came later; null: none did */
              needed: { p50Ms: number | null; p95Ms: number | null; p99Ms: number | null };
            }[];
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/overview': {
    /** How things stand now: what is open, how today goes, whether feeds are late (首页概况) */
    get: {
      parameters: { query?: { merchantId?: string } };

      responses: {
        200: Answer<{
          at: string;
          /** today in Asia/Shanghai */
          date: string;
          /** exceptions that wait for a person; those that have most come first */
          open: {
            merchantId: string;
            count: number;
            /** fen */
            amountFen: string;
            oldestDate: string;
          }[];
          /** realtime verdicts of today by the Beijing hour of their order */
          hours: { hour: number; verdicts: number; matched: number }[];
          /** payments and refunds of the last hour, by the minute in which they occurred */
          minutes: { at: string; platform: number; merchant: number }[];
          /** feeds that told of something today or yesterday */
          feeds: {
            merchantId: string;
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            /** when the newest of what it told occurred */
            newestAt: string;
            heardAt: string;
            /** half of what came within the last five minutes came at most so long after it occurred */
            lagMs: number;
          }[];
          /** first and last date of which an event or a bill is on record; a hospital that never sent anything is left out */
          connected: { merchantId: string; firstDate: string; lastDate: string }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/merchants': {
    /** Hospitals that the caller may reach, with what their cases go by (商户) */
    get: {
      responses: {
        200: Answer<{
          items: {
            id: string;
            name: string;
            isv: string | null;
            mode: 'THREE_WAY' | 'TWO_WAY';
            channels: { channel: 'WECHAT' | 'ALIPAY' | 'UNIONPAY'; merchantNo: string }[];
            /** actions from this amount on need a second person */
            approvalFromFen: string | null;
            supplementMethods: string[];
            /** later dates are not closed by themselves; null: it stays */
            lastDate: string | null;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/certificate-key': {
    /** The public key by which certificates can be verified (对账凭证公钥) */
    get: {
      responses: {
        200: Answer<{
          algorithm: 'Ed25519';
          /** SHA-256 of the key in DER form; each signature names it */
          keyId: string;
          pem: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/reconciliations/{id}/certificate': {
    /** The signed certificate of a run (对账凭证) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<Record<string, unknown>>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exports/{list}': {
    /** A list as csv, xlsx or jsonl (导出) */
    get: {
      parameters: {
        query: {
          merchantId?: string;
          from?: string;
          to?: string;
          mode?: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          run?: string;
          format: 'csv' | 'xlsx' | 'jsonl';
        };
        path: { list: 'exceptions' | 'verdicts' | 'entries' | 'reconciliations' | 'bills' | 'match-rates' };
      };

      responses: {
        200: {
          headers: Headers;
          content: {
            'text/csv; charset=utf-8': string;
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string;
            'application/x-ndjson': string;
          };
        };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/reconciliations/{id}/export': {
    /** What a run found, as csv, xlsx or jsonl (导出对账结果) */
    get: {
      parameters: {
        query: { list: 'exceptions' | 'verdicts' | 'reconciliations'; format: 'csv' | 'xlsx' | 'jsonl' };
        path: { id: string };
      };

      responses: {
        200: {
          headers: Headers;
          content: {
            'text/csv; charset=utf-8': string;
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string;
            'application/x-ndjson': string;
          };
        };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/statements': {
    /** The statement of a day or a month as a workbook or a printable page (对账日报, 月报) */
    get: {
      parameters: { query: { merchantId: string; date?: string; month?: string; format: 'xlsx' | 'html' } };

      responses: {
        200: {
          headers: Headers;
          content: {
            'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': string;
            'text/html; charset=utf-8': string;
          };
        };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions': {
    /** Verdicts that need a person (异常订单) */
    get: {
      parameters: {
        query: {
          mode?: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
          merchantId?: string;
          from?: string;
          to?: string;
          cursor?: string;
          limit: number;
          status?: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          type?:
            | 'AMOUNT_MISMATCH'
            | 'MERCHANT_ONLY'
            | 'PLATFORM_ONLY'
            | 'CHANNEL_ONLY'
            | 'PLATFORM_MISSING'
            | 'DUPLICATE';
          kind?: 'PAYMENT' | 'REFUND';
          channel?: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
          minFen?: string;
          maxFen?: string;
          sort?:
            | '-businessDate'
            | 'businessDate'
            | '-merchantFen'
            | 'merchantFen'
            | '-platformFen'
            | 'platformFen'
            | '-channelFen'
            | 'channelFen';
          q?: string;
        };
      };

      responses: {
        200: Answer<{
          items: {
            id: string;
            mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
            type:
              | 'MATCHED'
              | 'AMOUNT_MISMATCH'
              | 'MERCHANT_ONLY'
              | 'PLATFORM_ONLY'
              | 'CHANNEL_ONLY'
              | 'PLATFORM_MISSING'
              | 'DUPLICATE'
              | 'OFFSET'
              | 'CROSS_DAY';
            kind: 'PAYMENT' | 'REFUND';
            merchantId: string;
            businessDate: string;
            orderNo: string;
            refundNo: string | null;
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            merchantFen: string | null;
            platformFen: string | null;
            channelFen: string | null;
            possiblyCrossDay: boolean;
            /** books that hold one identity with several amounts; the first is shown */
            conflictingBooks: ('merchant' | 'platform' | 'channel')[];
            /** CHANNEL_ONLY, yet the platform has it with another amount */
            amountConflict: boolean;
            /** two books name different channels */
            channelConflict: boolean;
            /** a HIS refund without a number that could be one of several, or one that it could be */
            ambiguousRefund: boolean;
            /** the order number of a payment that this one probably repeats */
            possibleDuplicateOf: string | null;
            /** a HIS receipt that the payments of these orders probably add up to */
            mergedReceipt: { hisOrderNo: string; orderNos: string[] } | null;
            status: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
            /** a realtime verdict whose day is not closed yet */
            provisional: boolean;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}': {
    /** An exception with its evidence, history, money and allowed actions (异常详情) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          id: string;
          merchantId: string;
          orderNo: string;
          refundNo: string | null;
          kind: 'PAYMENT' | 'REFUND';
          mode: ('REALTIME' | 'THREE_WAY' | 'TWO_WAY') | null;
          /** null: never an exception; a refund of the order began the case */
          type:
            | (
                | 'MATCHED'
                | 'AMOUNT_MISMATCH'
                | 'MERCHANT_ONLY'
                | 'PLATFORM_ONLY'
                | 'CHANNEL_ONLY'
                | 'PLATFORM_MISSING'
                | 'DUPLICATE'
                | 'OFFSET'
                | 'CROSS_DAY'
              )
            | null;
          businessDate: string | null;
          channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
          amounts: { merchant: string | null; platform: string | null; channel: string | null };
          surplusFen: string | null;
          isPossiblyCrossDay: boolean;
          status: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          /** why it has this status */
          reason: string;
          assignee: string | null;
          /** a hint for a person, never a ground for an action */
          likelyCause: {
            cause:
              | 'HIS_OUTAGE'
              | 'LOST_CALLBACK'
              | 'MIDNIGHT'
              | 'DOUBLE_TAP'
              | 'CLOCK_SKEW'
              | 'MERGED_RECEIPT'
              | 'ROUNDING'
              | 'UNKNOWN';
            rule: string | null;
            /** of the rule, as measured */
            precision: number | null;
            evidence: string;
            evidenceZh: string;
          };
          lines: {
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            kind: 'PAYMENT' | 'REFUND';
            refundNo: string | null;
            /** fen */
            amountFen: string;
            occurredAt: string;
            businessDate: string;
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            channelTxnNo: string | null;
            hisOrderNo: string | null;
            businessType: string | null;
            /** false: a bill, or a later one, took its place */
            counts: boolean;
            /** a HIS refund that came without a number */
            isPairedByAmount: boolean;
            /** an event of the log, a line of a bill, or a refund of ours */
            origin:
              | {
                  source: 'EVENT';
                  eventId: string;
                  partition: string | null;
                  position: number | null;
                  /** it came after its date was closed */
                  isLate: boolean;
                }
              | {
                  source: 'BILL';
                  /** SHA-256, hex */
                  billId: string;
                  fileName: string;
                  line: number;
                }
              | { source: 'ACTION'; actionId: string };
          }[];
          compared: {
            field:
              | 'amountFen'
              | 'occurredAt'
              | 'businessDate'
              | 'channel'
              | 'channelTxnNo'
              | 'hisOrderNo'
              | 'businessType'
              | 'refundNo';
            merchant: string[];
            platform: string[];
            channel: string[];
            /** books that say something say different things */
            differs: boolean;
          }[];
          missingIn: ('MERCHANT' | 'PLATFORM' | 'CHANNEL')[];
          history: {
            realtime: {
              code:
                | 'MATCHED'
                | 'AMOUNT_MISMATCH'
                | 'MERCHANT_ONLY'
                | 'PLATFORM_ONLY'
                | 'CHANNEL_ONLY'
                | 'PLATFORM_MISSING'
                | 'DUPLICATE'
                | 'OFFSET'
                | 'CROSS_DAY';
              /** grows with what is known */
              version: string;
              linesKnown: number;
              isWindowOver: boolean;
              isLatest: boolean;
              writtenAt: string | null;
            }[];
            runs: {
              runId: string;
              runDate: string;
              mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
              standing: 'PUBLISHED' | 'SUPERSEDED' | 'FAILED';
              operator: string;
              endedAt: string;
              /** null: the run that counts does not know the key */
              code:
                | (
                    | 'MATCHED'
                    | 'AMOUNT_MISMATCH'
                    | 'MERCHANT_ONLY'
                    | 'PLATFORM_ONLY'
                    | 'CHANNEL_ONLY'
                    | 'PLATFORM_MISSING'
                    | 'DUPLICATE'
                    | 'OFFSET'
                    | 'CROSS_DAY'
                  )
                | null;
              businessDate: string | null;
              amounts: { merchant: string | null; platform: string | null; channel: string | null };
              isPossiblyCrossDay: boolean;
              /** the earlier date that it settles */
              refersTo: string | null;
              possibleDuplicateOf: string | null;
            }[];
          };
          timeline: {
            seq: number;
            step:
              | 'OPENED'
              | 'CHANGED'
              | 'HEALED'
              | 'REOPENED'
              | 'ASSIGNED'
              | 'REQUESTED'
              | 'APPROVED'
              | 'REJECTED'
              | 'INTENT'
              | 'OUTCOME'
              | 'RECORDED'
              | 'CONSIDERED';
            status: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
            reason: string;
            /** the user, or system */
            operator: string;
            note: string;
            action: ('REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND') | null;
            actionId: string;
            amountFen: string | null;
            /** how the gateway answered */
            outcome: string;
            details: Record<string, string>;
            at: string;
            /** SHA-256, hex */
            hash: string;
          }[];
          money: {
            /** fen */
            paidFen: string;
            /** fen */
            refundedFen: string;
            /** fen */
            openFen: string;
            /** fen */
            refundableFen: string;
          };
          refunds: {
            exceptionId: string;
            refundNo: string | null;
            amounts: { merchant: string | null; platform: string | null; channel: string | null };
            attempt: {
              actionId: string;
              /** fen */
              amountFen: string;
              state: 'OPEN' | 'SUCCEEDED' | 'REFUSED' | 'FAILED';
            } | null;
          }[];
          actions: {
            action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
            allowed: boolean;
            needs: (
              | 'VERIFICATION_CODE'
              | 'NOTE'
              | 'METHOD'
              | 'CHANNEL_REFUND_NO'
              | 'CONFIRM_CROSS_DAY'
              | 'CONFIRM_NOT_CROSS_DAY'
              | 'HIS_ABSENT'
              | 'ADJACENT_DAY_CLOSED'
              | 'APPROVAL'
            )[];
            code:
              | (
                  | 'DZ_ACTION_SETTLED'
                  | 'DZ_ACTION_AWAITS_APPROVAL'
                  | 'DZ_ACTION_UNFINISHED'
                  | 'DZ_ACTION_REFUNDED'
                  | 'DZ_ACTION_NOT_FOR_TYPE'
                  | 'DZ_ACTION_NEEDS_REFUND_FIRST'
                  | 'DZ_ACTION_CROSS_DAY'
                  | 'DZ_ACTION_NOT_CROSS_DAY'
                  | 'DZ_ACTION_BILL_ERROR'
                )
              | null;
            reason: string | null;
            reasonZh: string | null;
          }[];
          related: {
            exceptionId: string;
            orderNo: string;
            relation: 'SAME_ORDER' | 'POSSIBLE_ORIGINAL';
            kind: 'PAYMENT' | 'REFUND';
            type:
              | (
                  | 'MATCHED'
                  | 'AMOUNT_MISMATCH'
                  | 'MERCHANT_ONLY'
                  | 'PLATFORM_ONLY'
                  | 'CHANNEL_ONLY'
                  | 'PLATFORM_MISSING'
                  | 'DUPLICATE'
                  | 'OFFSET'
                  | 'CROSS_DAY'
                )
              | null;
            status: ('OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED') | null;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/bulk': {
    /** Writes off or assigns many exceptions (批量平账、批量指派) */
    post: {
      parameters: { header: { 'idempotency-key': string } };
      requestBody: {
        content: {
          'application/json':
            | { action: 'WRITE_OFF'; ids: string[]; note: string; confirmCrossDay?: boolean }
            | { action: 'ASSIGN'; ids: string[]; assignee: string | null; note?: string };
        };
      };
      responses: {
        200: Answer<{
          items: {
            /** id of an exception */
            id: string;
            /** null: refused, or assigned */
            result: {
              actionId: string;
              /** id of an exception */
              caseId: string;
              merchantId: string;
              orderNo: string;
              action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
              state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
              amountFen: string | null;
              refundNo: string | null;
              /** what the gateway said */
              code: string | null;
              /** in its words, or those of whoever rejected it */
              detail: string;
              /** what can be done now */
              advice: string | null;
              adviceZh: string | null;
              caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
              at: string;
            } | null;
            /** why it was refused; null: it was done */
            code: string | null;
            detail: string | null;
            detailZh: string | null;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/refund': {
    /** Refunds what the patient paid (退款) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            verificationCode: string;
            note: string;
            /** what the caller saw; refused where another amount is due */
            amountFen?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/write-off': {
    /** Settles the exception without money (平账) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            note: string;
            /** near midnight: its counterpart stands on the other date */
            confirmCrossDay?: boolean;
          };
        };
      };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/supplement': {
    /** Records how the missing money was made up for (补差) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            /** one of the supplementMethods of GET /api/v1/merchants */
            method: string;
            note: string;
            /** near midnight: it has no counterpart on the other date */
            confirmNotCrossDay?: boolean;
          };
          'multipart/form-data': {
            /** one of the supplementMethods of GET /api/v1/merchants */
            method: string;
            note: string;
            /** near midnight: it has no counterpart on the other date */
            confirmNotCrossDay?: boolean;
            files?: string[];
          };
        };
      };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/external-refund': {
    /** Records a refund done in the channel's back office (登记外部退款) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            /** the refund's number in the channel's back office */
            channelRefundNo: string;
            note: string;
          };
          'multipart/form-data': {
            /** the refund's number in the channel's back office */
            channelRefundNo: string;
            note: string;
            files?: string[];
          };
        };
      };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/verification-codes': {
    /** Sends the caller a code for the refund of the amount that is due (获取退款验证码) */
    post: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          /** fen */
          amountFen: string;
          expiresAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/exceptions/{id}/assign': {
    /** Somebody takes the exception, or gives it back (指派) */
    post: {
      parameters: { path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            /** who takes it; null: nobody any more */
            assignee: string | null;
            note?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          /** id of an exception */
          caseId: string;
          assignee: string | null;
          status: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/one-sided-checks': {
    /** Asks the hospital whether it has an order of today (单边账查询) */
    post: {
      requestBody: { content: { 'application/json': { merchantId: string; orderNo: string } } };
      responses: {
        200: Answer<{
          state: 'HIS_HAS_IT' | 'HIS_LACKS_IT' | 'UNCLEAR';
          his: {
            state: 'BOOKED' | 'REFUNDED';
            hisOrderNo: string;
            /** fen */
            amountFen: string;
            occurredAt: string;
          } | null;
          /** a refund, for 2 minutes; null: nothing is left to refund */
          offer: {
            id: string;
            /** fen */
            amountFen: string;
            expiresAt: string;
          } | null;
          /** why it is unclear */
          detail: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/one-sided-checks/{id}/verification-codes': {
    /** Sends the caller a code for what was offered (获取退款验证码) */
    post: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          /** fen */
          amountFen: string;
          expiresAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/one-sided-checks/{id}/refund': {
    /** Refunds what was offered; HIS is asked once more right before (退款) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: { content: { 'application/json': { verificationCode: string; note: string } } };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/actions': {
    /** Actions on exceptions and orders, the newest first (处理记录与待审批) */
    get: {
      parameters: {
        query: {
          merchantId?: string;
          state?: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          from?: string;
          to?: string;
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            actionId: string;
            /** id of an exception */
            caseId: string;
            merchantId: string;
            orderNo: string;
            action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
            state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
            amountFen: string | null;
            refundNo: string | null;
            /** what the gateway said */
            code: string | null;
            /** in its words, or those of whoever rejected it */
            detail: string;
            /** what can be done now */
            advice: string | null;
            adviceZh: string | null;
            caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
            at: string;
            /** who asked for it */
            operator: string;
            note: string;
            askedAt: string;
            /** who approved or rejected it */
            decidedBy: string | null;
            method: string | null;
            /** SHA-256; GET /api/v1/proofs/{sha256}?caseId= */
            proofs: string[];
            /** of an action that waits for approval: the order's money as it is, and as it will be */
            balances: {
              before: {
                /** what the patient paid through the channel */
                paidFen: string;
                /** refunds that some book or we ourselves say are done */
                refundedFen: string;
                /** refunds of ours without a final outcome */
                openFen: string;
                /** fen */
                refundableFen: string;
              };
              after: {
                /** what the patient paid through the channel */
                paidFen: string;
                /** refunds that some book or we ourselves say are done */
                refundedFen: string;
                /** refunds of ours without a final outcome */
                openFen: string;
                /** fen */
                refundableFen: string;
              };
            } | null;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/actions/{id}/approve': {
    /** A second person agrees, and the action is carried out at once (审批通过) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { id: string } };
      requestBody: { content: { 'application/json': { note?: string } } };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/actions/{id}/reject': {
    /** A second person refuses; the exception is open as before (审批驳回) */
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': { note: string } } };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/orders/{orderNo}': {
    /** What was paid, refunded and may still be refunded of an order (订单查询) */
    get: {
      parameters: { query: { merchantId: string }; path: { orderNo: string } };

      responses: {
        200: Answer<{
          merchantId: string;
          orderNo: string;
          /** what the patient paid through the channel */
          paidFen: string;
          /** refunds that some book or we ourselves say are done */
          refundedFen: string;
          /** refunds of ours without a final outcome */
          openFen: string;
          /** fen */
          refundableFen: string;
          cases: {
            /** id of an exception */
            id: string;
            status: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
            /** why it has this status */
            reason: string;
            assignee: string | null;
            exception: {
              mode: 'REALTIME' | 'THREE_WAY' | 'TWO_WAY';
              type:
                | 'MATCHED'
                | 'AMOUNT_MISMATCH'
                | 'MERCHANT_ONLY'
                | 'PLATFORM_ONLY'
                | 'CHANNEL_ONLY'
                | 'PLATFORM_MISSING'
                | 'DUPLICATE'
                | 'OFFSET'
                | 'CROSS_DAY';
              kind: 'PAYMENT' | 'REFUND';
              refundNo: string | null;
              businessDate: string;
              merchantFen: string | null;
              platformFen: string | null;
              channelFen: string | null;
            } | null;
          }[];
          refunds: {
            refundNo: string | null;
            /** fen */
            amountFen: string;
            state: 'OPEN' | 'SUCCEEDED' | 'REFUSED' | 'FAILED';
            /** null: not begun here */
            actionId: string | null;
            /** where it stands */
            books: ('MERCHANT' | 'PLATFORM' | 'CHANNEL')[];
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/orders/{orderNo}/verification-codes': {
    /** Sends the caller a code for a refund of this order and amount (获取退款验证码) */
    post: {
      parameters: { path: { orderNo: string } };
      requestBody: {
        content: {
          'application/json': {
            merchantId: string;
            /** fen */
            amountFen: string;
            /** the exception of this order that the refund is for */
            caseId?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          /** fen */
          amountFen: string;
          expiresAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/orders/{orderNo}/refunds': {
    /** Refunds an order, or a part of it (订单自助退款) */
    post: {
      parameters: { header: { 'idempotency-key': string }; path: { orderNo: string } };
      requestBody: {
        content: {
          'application/json': {
            merchantId: string;
            /** fen */
            amountFen: string;
            verificationCode: string;
            /** the reason */
            note: string;
            /** the exception of this order that the refund is for */
            caseId?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        202: Answer<{
          actionId: string;
          /** id of an exception */
          caseId: string;
          merchantId: string;
          orderNo: string;
          action: 'REFUND' | 'WRITE_OFF' | 'SUPPLEMENT' | 'SELF_REFUND' | 'EXTERNAL_REFUND';
          state: 'DONE' | 'PROCESSING' | 'AWAITS_APPROVAL' | 'FAILED' | 'REFUSED' | 'REJECTED';
          amountFen: string | null;
          refundNo: string | null;
          /** what the gateway said */
          code: string | null;
          /** in its words, or those of whoever rejected it */
          detail: string;
          /** what can be done now */
          advice: string | null;
          adviceZh: string | null;
          caseStatus: 'OPEN' | 'IN_PROGRESS' | 'PENDING_APPROVAL' | 'RESOLVED' | 'HEALED';
          at: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        502: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/proofs/{sha256}': {
    /** A file that was uploaded as proof, to those who may see its exception (凭证下载) */
    get: {
      parameters: { query: { caseId: string }; path: { sha256: string } };

      responses: {
        200: {
          headers: Headers;
          content: { 'application/pdf': string; 'image/png': string; 'image/jpeg': string };
        };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/bill-errors': {
    /** Bills with rows that could not be read and nobody has handled (账单异常) */
    get: {
      parameters: {
        query: { merchantId?: string; from?: string; to?: string; cursor?: string; limit: number };
      };

      responses: {
        200: Answer<{
          items: {
            id: string;
            merchantId: string;
            date: string;
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            fileName: string;
            errorRows: number;
            /** the first 50, by line */
            rows: {
              line: number;
              code: string;
              column: string | null;
              message: string;
              messageZh: string;
              /** the line as the bill has it */
              raw: string;
            }[];
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/bill-errors/{id}/handled': {
    /** The rows are handled: off the list, and the day may close without them (标记已处理) */
    post: {
      parameters: { path: { id: string } };
      requestBody: {
        content: {
          'application/json': {
            merchantId: string;
            /** what was done about the rows */
            note: string;
          };
        };
      };
      responses: {
        200: Answer<{ id: string; merchantId: string; errorRows: number; handledBy: string }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/dead-letters': {
    /** Events that could not be taken, the newest first (死信) */
    get: {
      parameters: { query: { open?: boolean; cursor?: string; limit: number } };

      responses: {
        200: Answer<{
          items: {
            /** <topic>-<partition>-<position> */
            id: string;
            partition: string;
            position: number;
            code: string;
            /** as it was told when it came */
            reason: string;
            /** what is wrong with it, in Chinese; null: nothing more than its code says */
            reasonZh: string | null;
            /** of the event; null: no single one is to blame */
            field: string | null;
            /** as its sender wrote it, of a hospital or not; null: it cannot be read */
            merchantId: string | null;
            orderNo: string | null;
            /** it could be read now, by the hospitals and schemas of now */
            isMended: boolean;
            /** the bytes as they came */
            valueBase64: string;
            receivedAt: string;
            replayedAt: string | null;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/dead-letters/{id}/replay': {
    /** Puts its bytes into the log again, once what was wrong is mended (重放死信) */
    post: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          /** <topic>-<partition>-<position> */
          id: string;
          partition: string;
          position: number;
          code: string;
          /** as it was told when it came */
          reason: string;
          /** what is wrong with it, in Chinese; null: nothing more than its code says */
          reasonZh: string | null;
          /** of the event; null: no single one is to blame */
          field: string | null;
          /** as its sender wrote it, of a hospital or not; null: it cannot be read */
          merchantId: string | null;
          orderNo: string | null;
          /** it could be read now, by the hospitals and schemas of now */
          isMended: boolean;
          /** the bytes as they came */
          valueBase64: string;
          receivedAt: string;
          replayedAt: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
        507: Answer<Problem>;
      };
    };
  };
  '/api/v1/alerts': {
    /** Alerts, the newest first (告警) */
    get: {
      parameters: {
        query: {
          state?: 'OPEN' | 'CLOSED';
          kind?:
            | 'FEED_SILENT'
            | 'CHANNEL_ONE_SIDED'
            | 'AMOUNT_WRONG'
            | 'CLOCK_WRONG'
            | 'ORDERS_ONE_SIDED'
            | 'PAID_TWICE'
            | 'DEAD_LETTERS'
            | 'DAY_NOT_CLOSED'
            | 'BILL_LATE'
            | 'REFUND_STUCK'
            | 'MATCH_RATE_LOW';
          merchantId?: string;
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            alertId: string;
            /** grows with every change */
            version: number;
            kind:
              | 'FEED_SILENT'
              | 'CHANNEL_ONE_SIDED'
              | 'AMOUNT_WRONG'
              | 'CLOCK_WRONG'
              | 'ORDERS_ONE_SIDED'
              | 'PAID_TWICE'
              | 'DEAD_LETTERS'
              | 'DAY_NOT_CLOSED'
              | 'BILL_LATE'
              | 'REFUND_STUCK'
              | 'MATCH_RATE_LOW';
            /** '' : of no hospital in particular */
            merchantId: string;
            /** which is silent, or lacks the orders */
            book: ('MERCHANT' | 'PLATFORM' | 'CHANNEL') | null;
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            /** what else tells it apart: a business type, a date */
            detail: string;
            state: 'OPEN' | 'CLOSED';
            severity: 'NOTICE' | 'WARNING' | 'CRITICAL';
            /** when it began, by what the books say */
            since: string;
            until: string | null;
            openedAt: string;
            updatedAt: string;
            closedAt: string | null;
            /** all that it has spoken of */
            orders: number;
            /** of them, those that still wait */
            left: number;
            /** fen */
            amountFen: string;
            evidence: Record<string, string>;
            acknowledgedBy: string | null;
            acknowledgedAt: string | null;
            note: string;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/alerts/{id}': {
    /** One alert (告警) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          alertId: string;
          /** grows with every change */
          version: number;
          kind:
            | 'FEED_SILENT'
            | 'CHANNEL_ONE_SIDED'
            | 'AMOUNT_WRONG'
            | 'CLOCK_WRONG'
            | 'ORDERS_ONE_SIDED'
            | 'PAID_TWICE'
            | 'DEAD_LETTERS'
            | 'DAY_NOT_CLOSED'
            | 'BILL_LATE'
            | 'REFUND_STUCK'
            | 'MATCH_RATE_LOW';
          /** '' : of no hospital in particular */
          merchantId: string;
          /** which is silent, or lacks the orders */
          book: ('MERCHANT' | 'PLATFORM' | 'CHANNEL') | null;
          channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
          /** what else tells it apart: a business type, a date */
          detail: string;
          state: 'OPEN' | 'CLOSED';
          severity: 'NOTICE' | 'WARNING' | 'CRITICAL';
          /** when it began, by what the books say */
          since: string;
          until: string | null;
          openedAt: string;
          updatedAt: string;
          closedAt: string | null;
          /** all that it has spoken of */
          orders: number;
          /** of them, those that still wait */
          left: number;
          /** fen */
          amountFen: string;
          evidence: Record<string, string>;
          acknowledgedBy: string | null;
          acknowledgedAt: string | null;
          note: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/alerts/{id}/orders': {
    /** The orders that an alert speaks of, by time (告警涉及的订单) */
    get: {
      parameters: { query: { cursor?: string; limit: number }; path: { id: string } };

      responses: {
        200: Answer<{
          items: {
            merchantId: string;
            orderNo: string;
            kind: 'PAYMENT' | 'REFUND';
            refundNo: string | null;
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            businessType: string;
            /** fen */
            amountFen: string;
            occurredAt: string;
            /** as realtime says now */
            verdict:
              | 'MATCHED'
              | 'AMOUNT_MISMATCH'
              | 'MERCHANT_ONLY'
              | 'PLATFORM_ONLY'
              | 'CHANNEL_ONLY'
              | 'PLATFORM_MISSING'
              | 'DUPLICATE'
              | 'OFFSET'
              | 'CROSS_DAY';
            /** since when it is in both books */
            healedAt: string | null;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/alerts/{id}/acknowledge': {
    /** Says that somebody has seen it: it is not passed on to the next contact (确认告警) */
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': { note?: string } } };
      responses: {
        200: Answer<{
          alertId: string;
          /** grows with every change */
          version: number;
          kind:
            | 'FEED_SILENT'
            | 'CHANNEL_ONE_SIDED'
            | 'AMOUNT_WRONG'
            | 'CLOCK_WRONG'
            | 'ORDERS_ONE_SIDED'
            | 'PAID_TWICE'
            | 'DEAD_LETTERS'
            | 'DAY_NOT_CLOSED'
            | 'BILL_LATE'
            | 'REFUND_STUCK'
            | 'MATCH_RATE_LOW';
          /** '' : of no hospital in particular */
          merchantId: string;
          /** which is silent, or lacks the orders */
          book: ('MERCHANT' | 'PLATFORM' | 'CHANNEL') | null;
          channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
          /** what else tells it apart: a business type, a date */
          detail: string;
          state: 'OPEN' | 'CLOSED';
          severity: 'NOTICE' | 'WARNING' | 'CRITICAL';
          /** when it began, by what the books say */
          since: string;
          until: string | null;
          openedAt: string;
          updatedAt: string;
          closedAt: string | null;
          /** all that it has spoken of */
          orders: number;
          /** of them, those that still wait */
          left: number;
          /** fen */
          amountFen: string;
          evidence: Record<string, string>;
          acknowledgedBy: string | null;
          acknowledgedAt: string | null;
          note: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/stream': {
    /** Alerts as they change, or realtime verdicts as they come (text/event-stream) */
    get: {
      parameters: {
        query?: { topic?: 'alert' | 'verdicts'; once?: boolean };
        header?: { 'last-event-id'?: string };
      };

      responses: {
        200: { headers: Headers; content: { 'text/event-stream': string } };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/events': {
    /** Appends events; each is answered for itself, accepted ones are durable */
    post: {
      parameters: { query?: { topic?: 'payments' | 'his-orders' } };
      requestBody: {
        content: {
          'application/json':
            | {
                /** Unique per event; a redelivery carries the same one. */
                eventId: string;
                /** The hospital. */
                merchantId: string;
                kind: 'PAYMENT' | 'REFUND';
                /** The platform's order number; on a refund the original order's. */
                orderNo: string;
                /** A refund must carry it, if only as null; a payment has null or none. */
                refundNo?: string | null;
                /** Fen paid or refunded through the channel; beyond 2^53 as a decimal text. */
                amountFen: number | string;
                /** ISO 8601 with an offset. */
                occurredAt: string;
                businessType?: string | null;
                channel: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
                /** transaction_id, trade_no or queryId. */
                channelTxnNo: string;
              }
            | {
                /** Unique per event; a redelivery carries the same one. */
                eventId: string;
                /** The hospital. */
                merchantId: string;
                kind: 'PAYMENT' | 'REFUND';
                /** The platform's order number; on a refund the original order's. */
                orderNo: string;
                /** A refund must carry it, if only as null; a payment has null or none. */
                refundNo?: string | null;
                /** Fen paid or refunded through the channel; beyond 2^53 as a decimal text. */
                amountFen: number | string;
                /** ISO 8601 with an offset. */
                occurredAt: string;
                businessType?: string | null;
                /** The receipt's number in the HIS. */
                hisOrderNo: string;
              }[];
          'application/x-ndjson':
            | {
                /** Unique per event; a redelivery carries the same one. */
                eventId: string;
                /** The hospital. */
                merchantId: string;
                kind: 'PAYMENT' | 'REFUND';
                /** The platform's order number; on a refund the original order's. */
                orderNo: string;
                /** A refund must carry it, if only as null; a payment has null or none. */
                refundNo?: string | null;
                /** Fen paid or refunded through the channel; beyond 2^53 as a decimal text. */
                amountFen: number | string;
                /** ISO 8601 with an offset. */
                occurredAt: string;
                businessType?: string | null;
                channel: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
                /** transaction_id, trade_no or queryId. */
                channelTxnNo: string;
              }
            | {
                /** Unique per event; a redelivery carries the same one. */
                eventId: string;
                /** The hospital. */
                merchantId: string;
                kind: 'PAYMENT' | 'REFUND';
                /** The platform's order number; on a refund the original order's. */
                orderNo: string;
                /** A refund must carry it, if only as null; a payment has null or none. */
                refundNo?: string | null;
                /** Fen paid or refunded through the channel; beyond 2^53 as a decimal text. */
                amountFen: number | string;
                /** ISO 8601 with an offset. */
                occurredAt: string;
                businessType?: string | null;
                /** The receipt's number in the HIS. */
                hisOrderNo: string;
              };
        };
      };
      responses: {
        200: Answer<{
          accepted: number;
          rejected: number;
          results: {
            index: number;
            status: 'accepted' | 'rejected';
            eventId?: string;
            code?: string;
            reason?: string;
            field?: string | null;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        503: Answer<Problem>;
        507: Answer<Problem>;
      };
    };
  };
  '/api/v1/bills': {
    /** Bills on record of a date */
    get: {
      parameters: { query: { merchantId: string; date: string; book?: 'merchant' | 'platform' | 'channel' } };

      responses: {
        200: Answer<{
          items: {
            /** begins with the SHA-256 of the original bytes */
            id: string;
            merchantId: string;
            book: 'merchant' | 'platform' | 'channel';
            /** null: it speaks for every channel */
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            date: string;
            format: string;
            fileName: string;
            payments: number;
            refunds: number;
            paymentFen: string;
            refundFen: string;
            errorRows: number;
            importedAt: string;
            /** false: a later bill of the same place counts instead */
            isCurrent: boolean;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Brings a bill; the same bytes again change nothing */
    post: {
      parameters: {
        query: {
          merchantId: string;
          book: 'merchant' | 'platform' | 'channel';
          channel?: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
          date?: string;
        };
      };

      responses: {
        200: Answer<{
          status: 'imported' | 'known';
          bill: {
            /** begins with the SHA-256 of the original bytes */
            id: string;
            merchantId: string;
            book: 'merchant' | 'platform' | 'channel';
            /** null: it speaks for every channel */
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            date: string;
            format: string;
            fileName: string;
            payments: number;
            refunds: number;
            paymentFen: string;
            refundFen: string;
            errorRows: number;
            importedAt: string;
            /** false: a later bill of the same place counts instead */
            isCurrent: boolean;
          };
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/bills/{id}/file': {
    /** The original bytes of a bill */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<string>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/bill-files': {
    /** Bills on record, newest date first (账单下载) */
    get: {
      parameters: {
        query: {
          merchantId?: string;
          from?: string;
          to?: string;
          book?: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
          channel?: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            /** begins with the SHA-256 of the original bytes */
            id: string;
            merchantId: string;
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            /** null: it speaks for every channel */
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            date: string;
            format: string;
            fileName: string;
            rows: number;
            errorRows: number;
            payments: number;
            refunds: number;
            /** fen */
            paymentFen: string;
            /** fen */
            refundFen: string;
            /** what the channel charged, in thousandths of a fen; null: the bill does not say */
            feeMilliFen: string | null;
            importedAt: string;
            /** false: a later bill of the same place counts instead */
            isCurrent: boolean;
            /** of the original bytes; null: they are not kept, and cannot be downloaded */
            sha256: string | null;
            sizeBytes: number;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Brings a bill; the same bytes again change nothing (上传账单) */
    post: {
      parameters: {
        query: {
          merchantId: string;
          book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
          channel?: 'WECHAT' | 'ALIPAY' | 'UNIONPAY';
          date?: string;
          fileName: string;
        };
      };

      responses: {
        200: Answer<{
          status: 'imported' | 'known';
          bill: {
            /** begins with the SHA-256 of the original bytes */
            id: string;
            merchantId: string;
            book: 'MERCHANT' | 'PLATFORM' | 'CHANNEL';
            /** null: it speaks for every channel */
            channel: ('WECHAT' | 'ALIPAY' | 'UNIONPAY') | null;
            date: string;
            format: string;
            fileName: string;
            rows: number;
            errorRows: number;
            payments: number;
            refunds: number;
            /** fen */
            paymentFen: string;
            /** fen */
            refundFen: string;
            /** what the channel charged, in thousandths of a fen; null: the bill does not say */
            feeMilliFen: string | null;
            importedAt: string;
            /** false: a later bill of the same place counts instead */
            isCurrent: boolean;
            /** of the original bytes; null: they are not kept, and cannot be downloaded */
            sha256: string | null;
            sizeBytes: number;
          };
          /** rows that could not be read; the first 50 */
          errors: { line: number; message: string; messageZh: string | null }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/bill-files/{id}/file': {
    /** The original bytes of a bill (下载原始账单) */
    get: {
      parameters: { path: { id: string } };

      responses: {
        200: { headers: Headers; content: { 'application/octet-stream': string } };
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/audit': {
    /** Who saw or changed what, when and from where, the newest first (审计记录) */
    get: {
      parameters: {
        query: {
          from?: string;
          to?: string;
          user?: string;
          kind?:
            | 'START'
            | 'LOGIN'
            | 'LOGOUT'
            | 'USER_CHANGE'
            | 'CONFIG_CHANGE'
            | 'EXPORT'
            | 'STATEMENT'
            | 'CERTIFICATE'
            | 'ORDER_PROOF'
            | 'BILL_LIST'
            | 'BILL_DOWNLOAD'
            | 'BILL_UPLOAD'
            | 'BILL_CHANGE'
            | 'PROOF_DOWNLOAD'
            | 'ACTION'
            | 'VERIFICATION_CODE'
            | 'ORDER_CHECK'
            | 'CLOSE'
            | 'MONTH_LOCK'
            | 'DEAD_LETTER_REPLAY'
            | 'ALERT_ACKNOWLEDGE'
            | 'FETCH_AGAIN'
            | 'LEDGER_QUERY'
            | 'NOTICES_READ'
            | 'ALERT_TEST'
            | 'HEALING_SWITCH'
            | 'AUDIT_READ';
          merchantId?: string;
          cursor?: string;
          limit: number;
        };
      };

      responses: {
        200: Answer<{
          items: {
            /** the process that recorded it; its entries are one chain */
            writer: string;
            /** the place in that chain */
            seq: number;
            at: string;
            kind:
              | 'START'
              | 'LOGIN'
              | 'LOGOUT'
              | 'USER_CHANGE'
              | 'CONFIG_CHANGE'
              | 'EXPORT'
              | 'STATEMENT'
              | 'CERTIFICATE'
              | 'ORDER_PROOF'
              | 'BILL_LIST'
              | 'BILL_DOWNLOAD'
              | 'BILL_UPLOAD'
              | 'BILL_CHANGE'
              | 'PROOF_DOWNLOAD'
              | 'ACTION'
              | 'VERIFICATION_CODE'
              | 'ORDER_CHECK'
              | 'CLOSE'
              | 'MONTH_LOCK'
              | 'DEAD_LETTER_REPLAY'
              | 'ALERT_ACKNOWLEDGE'
              | 'FETCH_AGAIN'
              | 'LEDGER_QUERY'
              | 'NOTICES_READ'
              | 'ALERT_TEST'
              | 'HEALING_SWITCH'
              | 'AUDIT_READ';
            /** the user, machine or process; '' where nobody said who they are */
            user: string;
            via: 'API' | 'MACHINE' | 'CLI' | 'SYSTEM';
            /** an address, or the name of a machine */
            from: string;
            /** the route or the command */
            what: string;
            /** null: recorded before it was known */
            status: number | null;
            /** none: of no particular hospital, or of all */
            merchants: string[];
            /** GET /api/v1/actions has it; '' where it is no action */
            actionId: string;
            /** what was asked for or taken */
            said: Record<string, unknown>;
            hash: string;
          }[];
          /** send it back as cursor for the next page; null: this was the last */
          nextCursor: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings': {
    /** Settings that count, where each comes from, and what the file says (系统设置) */
    get: {
      parameters: { query?: { merchantId?: string } };

      responses: {
        200: Answer<{
          /** 0: nothing was ever set */
          revision: number;
          file: string;
          fileSha256: string;
          /** why the file no longer fits what is set; null: it fits */
          fault: { message: string; messageZh: string } | null;
          hospitals: {
            merchantId: string;
            name: string;
            isv: string | null;
            mode: 'THREE_WAY' | 'TWO_WAY';
            channels: { channel: 'WECHAT' | 'ALIPAY' | 'UNIONPAY'; merchantNo: string }[];
            /** later dates are not closed by themselves; null: it stays */
            lastDate: string | null;
            /** made in the console: the file has none of its id */
            isMadeHere: boolean;
            /** how many of its settings are set in the console */
            overrides: number;
          }[];
          fields: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            value: unknown;
            /** what counts where value is null */
            inherited: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** null: the file counts */
            override: {
              by: string;
              at: string;
              reason: string;
              revision: number;
              /** what the file said then */
              fileValue: unknown;
              /** the file says something else now */
              fileChanged: boolean;
            } | null;
          }[];
          contacts: string[];
          /** set, but the file has nothing any more that it could be set of */
          idle: string[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Changes settings, in every process within seconds (修改设置) */
    post: {
      parameters: { header: { 'idempotency-key': string } };
      requestBody: {
        content: {
          'application/json': {
            /** the revision that was looked at */
            base: number;
            changes: {
              /** JSON pointer; hospitals by id */
              path: string;
              /** absent: the value of the file counts again */
              value?: unknown;
            }[];
            reason: string;
          };
        };
      };
      responses: {
        200: Answer<{
          revision: number;
          at: string;
          by: string;
          /** the second administrator; null: nobody had to agree */
          agreedBy: string | null;
          reason: string;
          fileSha256: string;
          changes: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/preview': {
    /** Checks a change of settings, and shows what it comes to; nothing is changed (预览设置修改) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            /** the revision that was looked at */
            base: number;
            changes: {
              /** JSON pointer; hospitals by id */
              path: string;
              /** absent: the value of the file counts again */
              value?: unknown;
            }[];
          };
        };
      };
      responses: {
        200: Answer<{
          diff: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
          warnings: {
            code:
              | 'NEEDS_RESTART'
              | 'SHARED_NUMBER'
              | 'DATES_MOVE'
              | 'PROVISIONAL_ONLY'
              | 'NEXT_CLOSE'
              | 'APPROVAL_WEAKENED'
              | 'BILLS_REFUSED'
              | 'HEALING_WIDENED'
              | 'ALERTS_OFF'
              | 'HOSPITAL_NEW'
              | 'HOSPITAL_LEAVES';
            paths: string[];
            detail: string;
          }[];
          /** NEEDED: another administrator has to agree (POST /api/v1/settings/proposals). NOBODY: one has to, and there is none: the configuration file is the way */
          second: 'NOT_NEEDED' | 'NEEDED' | 'NOBODY';
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/history': {
    /** Who changed which setting, when and why, the newest first (设置变更记录) */
    get: {
      parameters: { query: { before?: number; limit: number } };

      responses: {
        200: Answer<{
          items: {
            revision: number;
            at: string;
            by: string;
            /** the second administrator; null: nobody had to agree */
            agreedBy: string | null;
            reason: string;
            fileSha256: string;
            changes: {
              /** JSON pointer; hospitals by id */
              path: string;
              /** as the configuration file has it; null: nothing is said */
              before: unknown;
              /** as the configuration file has it; null: nothing is said */
              after: unknown;
              /** as the configuration file has it; null: nothing is said */
              fileValue: unknown;
              /** as the configuration file has it; null: nothing is said */
              inherited: unknown;
              /** the file counts again */
              takenBack: boolean;
            }[];
          }[];
          /** send it back as before; null: this was the last */
          nextBefore: number | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/export': {
    /** The configuration file with all settings in it, as YAML (导出配置) */
    get: {
      responses: {
        200: Answer<string>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/proposals': {
    /** Settings that wait for a second administrator or did, the newest first (待同意的设置) */
    get: {
      parameters: { query: { limit: number } };

      responses: {
        200: Answer<{
          items: {
            proposalId: string;
            /** OUTDATED: settings or the file have changed since, and nobody can agree to it any more */
            state: 'OPEN' | 'AGREED' | 'REFUSED' | 'WITHDRAWN' | 'OUTDATED';
            /** the revision that it was made on */
            base: number;
            at: string;
            by: string;
            reason: string;
            changes: {
              /** JSON pointer; hospitals by id */
              path: string;
              /** as the configuration file has it; null: nothing is said */
              before: unknown;
              /** as the configuration file has it; null: nothing is said */
              after: unknown;
              /** as the configuration file has it; null: nothing is said */
              fileValue: unknown;
              /** as the configuration file has it; null: nothing is said */
              inherited: unknown;
              /** the file counts again */
              takenBack: boolean;
            }[];
            /** who agreed, refused or withdrew it */
            decidedBy: string | null;
            decidedAt: string | null;
            /** of whoever decided */
            note: string;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Proposes a change that another administrator has to agree to (申请修改设置) */
    post: {
      parameters: { header: { 'idempotency-key': string } };
      requestBody: {
        content: {
          'application/json': {
            /** the revision that was looked at */
            base: number;
            changes: {
              /** JSON pointer; hospitals by id */
              path: string;
              /** absent: the value of the file counts again */
              value?: unknown;
            }[];
            reason: string;
          };
        };
      };
      responses: {
        200: Answer<{
          proposalId: string;
          /** OUTDATED: settings or the file have changed since, and nobody can agree to it any more */
          state: 'OPEN' | 'AGREED' | 'REFUSED' | 'WITHDRAWN' | 'OUTDATED';
          /** the revision that it was made on */
          base: number;
          at: string;
          by: string;
          reason: string;
          changes: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
          /** who agreed, refused or withdrew it */
          decidedBy: string | null;
          decidedAt: string | null;
          /** of whoever decided */
          note: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/proposals/{id}/agree': {
    /** A second administrator agrees, and the settings count within seconds (同意设置申请) */
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': { note?: string } } };
      responses: {
        200: Answer<{
          revision: number;
          at: string;
          by: string;
          /** the second administrator; null: nobody had to agree */
          agreedBy: string | null;
          reason: string;
          fileSha256: string;
          changes: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/proposals/{id}/refuse': {
    /** A second administrator refuses; settings stay as they are (驳回设置申请) */
    post: {
      parameters: { path: { id: string } };
      requestBody: { content: { 'application/json': { note: string } } };
      responses: {
        200: Answer<{
          proposalId: string;
          /** OUTDATED: settings or the file have changed since, and nobody can agree to it any more */
          state: 'OPEN' | 'AGREED' | 'REFUSED' | 'WITHDRAWN' | 'OUTDATED';
          /** the revision that it was made on */
          base: number;
          at: string;
          by: string;
          reason: string;
          changes: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
          /** who agreed, refused or withdrew it */
          decidedBy: string | null;
          decidedAt: string | null;
          /** of whoever decided */
          note: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/proposals/{id}/withdraw': {
    /** Whoever proposed it takes it back (撤回设置申请) */
    post: {
      parameters: { path: { id: string } };

      responses: {
        200: Answer<{
          proposalId: string;
          /** OUTDATED: settings or the file have changed since, and nobody can agree to it any more */
          state: 'OPEN' | 'AGREED' | 'REFUSED' | 'WITHDRAWN' | 'OUTDATED';
          /** the revision that it was made on */
          base: number;
          at: string;
          by: string;
          reason: string;
          changes: {
            /** JSON pointer; hospitals by id */
            path: string;
            /** as the configuration file has it; null: nothing is said */
            before: unknown;
            /** as the configuration file has it; null: nothing is said */
            after: unknown;
            /** as the configuration file has it; null: nothing is said */
            fileValue: unknown;
            /** as the configuration file has it; null: nothing is said */
            inherited: unknown;
            /** the file counts again */
            takenBack: boolean;
          }[];
          /** who agreed, refused or withdrew it */
          decidedBy: string | null;
          decidedAt: string | null;
          /** of whoever decided */
          note: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/secrets': {
    /** Secrets that the configuration names, without what they say (密钥) */
    get: {
      responses: {
        200: Answer<{
          items: {
            /** as the configuration has it: a file, or a variable of the environment */
            name: string;
            kind: 'FILE' | 'ENVIRONMENT';
            /** where the configuration names it */
            places: string[];
            /** what is wrong with it; null: nothing */
            fault: string | null;
            changedAt: string | null;
            /** it was replaced after the processes had read it */
            waitsForRestart: boolean;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/settings/secrets/{name}': {
    /** Replaces a secret; it counts from the next start of the processes on (替换密钥) */
    post: {
      parameters: { path: { name: string } };
      requestBody: { content: { 'application/json': { value: string; reason: string } } };
      responses: {
        200: Answer<{
          /** as the configuration has it: a file, or a variable of the environment */
          name: string;
          kind: 'FILE' | 'ENVIRONMENT';
          /** where the configuration names it */
          places: string[];
          /** what is wrong with it; null: nothing */
          fault: string | null;
          changedAt: string | null;
          /** it was replaced after the processes had read it */
          waitsForRestart: boolean;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users': {
    /** Who may log in with a password (用户) */
    get: {
      responses: {
        200: Answer<{
          items: {
            user: string;
            name: string;
            roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
            reach: { merchants: string[]; isvs: string[] } | null;
            disabled: boolean;
            hasTotp: boolean;
            createdBy: string;
            createdAt: string;
            changedBy: string;
            changedAt: string;
          }[];
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        414: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** Adds a user (新增用户) */
    post: {
      requestBody: {
        content: {
          'application/json': {
            user: string;
            name?: string;
            roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
            /** hospitals by id, and those of ISVs; null: all */
            reach: { merchants: string[]; isvs: string[] } | null;
            /** absent: one is made, and told in this answer alone */
            password?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          user: {
            user: string;
            name: string;
            roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
            reach: { merchants: string[]; isvs: string[] } | null;
            disabled: boolean;
            hasTotp: boolean;
            createdBy: string;
            createdAt: string;
            changedBy: string;
            changedAt: string;
          };
          /** told this once, where it was made here; null: it was sent */
          password: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        409: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users/{user}': {
    /** Changes the name, roles or hospitals of a user, whose sessions end (修改用户) */
    post: {
      parameters: { path: { user: string } };
      requestBody: {
        content: {
          'application/json': {
            name?: string;
            roles?: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
            /** hospitals by id, and those of ISVs; null: all */
            reach?: { merchants: string[]; isvs: string[] } | null;
          };
        };
      };
      responses: {
        200: Answer<{
          user: string;
          name: string;
          roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
          reach: { merchants: string[]; isvs: string[] } | null;
          disabled: boolean;
          hasTotp: boolean;
          createdBy: string;
          createdAt: string;
          changedBy: string;
          changedAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users/{user}/disable': {
    /** Shuts a user out; sessions end at once (停用用户) */
    post: {
      parameters: { path: { user: string } };

      responses: {
        200: Answer<{
          user: string;
          name: string;
          roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
          reach: { merchants: string[]; isvs: string[] } | null;
          disabled: boolean;
          hasTotp: boolean;
          createdBy: string;
          createdAt: string;
          changedBy: string;
          changedAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users/{user}/enable': {
    /** Lets a user in again, and ends a lock-out (启用用户) */
    post: {
      parameters: { path: { user: string } };

      responses: {
        200: Answer<{
          user: string;
          name: string;
          roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
          reach: { merchants: string[]; isvs: string[] } | null;
          disabled: boolean;
          hasTotp: boolean;
          createdBy: string;
          createdAt: string;
          changedBy: string;
          changedAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users/{user}/password': {
    /** Another password; sessions and a lock-out end (重置密码) */
    post: {
      parameters: { path: { user: string } };
      requestBody: {
        content: {
          'application/json': {
            /** absent: one is made, and told in this answer alone */
            password?: string;
          };
        };
      };
      responses: {
        200: Answer<{
          user: {
            user: string;
            name: string;
            roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
            reach: { merchants: string[]; isvs: string[] } | null;
            disabled: boolean;
            hasTotp: boolean;
            createdBy: string;
            createdAt: string;
            changedBy: string;
            changedAt: string;
          };
          /** told this once, where it was made here; null: it was sent */
          password: string | null;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
  '/api/v1/users/{user}/totp': {
    /** One-time codes from now on, with a new secret that is told this once (启用或重置动态验证码) */
    post: {
      parameters: { path: { user: string } };

      responses: {
        200: Answer<{
          /** for an authenticator app */
          otpauth: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        413: Answer<Problem>;
        414: Answer<Problem>;
        415: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
    /** No one-time codes any more (停用动态验证码) */
    delete: {
      parameters: { path: { user: string } };

      responses: {
        200: Answer<{
          user: string;
          name: string;
          roles: ('viewer' | 'operator' | 'approver' | 'admin' | 'auditor')[];
          reach: { merchants: string[]; isvs: string[] } | null;
          disabled: boolean;
          hasTotp: boolean;
          createdBy: string;
          createdAt: string;
          changedBy: string;
          changedAt: string;
        }>;
        400: Answer<Problem>;
        401: Answer<Problem>;
        403: Answer<Problem>;
        404: Answer<Problem>;
        414: Answer<Problem>;
        422: Answer<Problem>;
        429: Answer<Problem>;
        500: Answer<Problem>;
        503: Answer<Problem>;
      };
    };
  };
};
