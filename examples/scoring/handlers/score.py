#!/usr/bin/env python3
"""Answers requests of an engine: one line of JSON in, one line of JSON out, until its input ends."""

import json
import sys


class Refused(Exception):
    """What the caller asked for cannot be done; nothing was changed."""


def score(payload):
    words = payload["words"]
    if not words:
        raise Refused("There is no word to look for.")
    text = payload["text"].casefold()
    found = [word for word in words if str(word).casefold() in text]
    return {"score": round(len(found) / len(words), 2), "found": found}


def answer(line):
    request = json.loads(line)
    try:
        return {"result": score(request["payload"])}
    except Refused as refused:
        return {"error": str(refused), "statusCode": 422}
    except Exception as error:  # one bad request must not end the process
        print(f"{request['command']} failed: {error!r}", file=sys.stderr, flush=True)
        return {"error": "The score cannot be computed.", "statusCode": 500}


for line in sys.stdin:
    # Only answers go to standard output; what print() says elsewhere belongs to standard error.
    print(json.dumps(answer(line)), flush=True)
