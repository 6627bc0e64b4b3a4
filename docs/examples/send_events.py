"""Sends events over HTTP, signed with a machine's key: Python 3 alone (docs/events.md).

DUIZHANG_URL=https://duizhang.example.cn DUIZHANG_KEY_ID=his-h001 DUIZHANG_KEY=<base64> python3 send_events.py events.json

Ends with 0 when every event was accepted, 1 when some were rejected, 2 when nothing is known of them.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request

TARGET = "/api/v1/events"
SCHEME = "DUIZHANG-HMAC-SHA256"
TRIES = 6


def mac(key: bytes, *lines: str) -> str:
    text = "".join(line + "\n" for line in lines)
    return base64.b64encode(hmac.digest(key, text.encode(), "sha256")).decode()


def post(url: str, key_id: str, key: bytes, body: bytes) -> tuple[int, bytes]:
    """One signed request.

    Raises OSError when there is no answer, or none that is signed with the key; ValueError when the key is refused.
    """
    body_sha256 = hashlib.sha256(body).hexdigest()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    signature = mac(key, f"{SCHEME}-REQUEST", "POST", TARGET, timestamp, nonce, body_sha256)
    request = urllib.request.Request(
        url + TARGET,
        data=body,
        headers={
            "Content-Type": "application/json",
            "Duizhang-Body-Sha256": body_sha256,
            "Authorization": f'{SCHEME} keyId="{key_id}",timestamp="{timestamp}",nonce="{nonce}",signature="{signature}"',
        },
    )
    try:
        answer = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as refusal:
        answer = refusal
    with answer:
        said = answer.read()
    expected = mac(
        key,
        f"{SCHEME}-RESPONSE",
        str(answer.status),
        nonce,
        answer.headers.get("Duizhang-Timestamp", ""),
        hashlib.sha256(said).hexdigest(),
        "",
    )
    if not hmac.compare_digest(answer.headers.get("Duizhang-Signature", ""), expected):
        failure = ValueError if answer.status == 401 else OSError
        raise failure(f"HTTP {answer.status} without a right signature: {said[:200]!r}")
    return answer.status, said


def main() -> int:
    with open(sys.argv[1], "rb") as file:
        body = file.read()
    url = os.environ["DUIZHANG_URL"].rstrip("/")
    key_id, key = os.environ["DUIZHANG_KEY_ID"], base64.b64decode(os.environ["DUIZHANG_KEY"])
    for attempt in range(TRIES):
        try:
            status, said = post(url, key_id, key, body)
        except ValueError as refusal:
            print(refusal, file=sys.stderr)
            return 2
        except OSError as error:
            print(error, file=sys.stderr)
            status, said = 0, b""
        # Sending the same events again changes nothing: their ids stay. 503 and 507: the log is away, or full.
        if status == 200:
            answer = json.loads(said)
            for result in answer["results"]:
                if result["status"] == "rejected":
                    print(json.dumps(result, ensure_ascii=False), file=sys.stderr)
            return 0 if answer["rejected"] == 0 else 1
        if status not in (0, 429, 503, 507):
            print(said.decode(), file=sys.stderr)
            return 2
        time.sleep(min(2**attempt, 30) / 2)
    return 2


if __name__ == "__main__":
    sys.exit(main())
