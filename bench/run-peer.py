"""Reads paths from stdin, one a line, and writes one JSON line for each: seconds, and text or the name of the error."""

import json
import logging
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from markitdown import MarkItDown  # noqa: E402

reader = MarkItDown()
for line in sys.stdin:
    path = line.rstrip("\n")
    started = time.perf_counter()
    try:
        answer = {"text": reader.convert(path).text_content}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"}
    answer["seconds"] = time.perf_counter() - started
    print(json.dumps(answer), flush=True)
