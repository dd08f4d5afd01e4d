"""Publishing a large program: reading its document and compiling it, in seconds of CPU."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from statistics import median

from bench import Row
from cbe.domain.graph import compile_program
from cbe.domain.lint import lint
from cbe.domain.program import parse_program
from cbe.interop.program_file import load_program

BAR = 2.0
METAMATH = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "programs" / "metamath.json.gz"


def run(rounds: int, quick: bool) -> list[Row]:
    """Measure the 6,174 competencies of Metamath: parse and compile; the file from its bytes; lint."""
    if not METAMATH.exists():
        return [
            Row("publish Metamath", 0, "s", detail="skipped: ../shared/data/programs/metamath.json.gz is not there")
        ]
    packed = METAMATH.read_bytes()
    document = json.loads(gzip.decompress(packed))
    published, read, linted = [], [], []
    for _ in range(1 if quick else rounds):
        start = time.process_time()
        compiled = compile_program(parse_program(document))
        # what the first page of a version asks of it
        scopes = [compiled.scope_bits(key) for key in compiled.credentials]
        published.append(time.process_time() - start)
        start = time.process_time()
        _, program = load_program(packed)
        read.append(time.process_time() - start)
        assert program == compiled.program, "the answers differ"
        start = time.process_time()
        findings = lint(compiled)
        linted.append(time.process_time() - start)
    seconds = median(published)
    name = f"publish V={len(compiled.ids):,}"
    return [
        Row(name, seconds, "CPU s", f"≤ {BAR:g} s", seconds <= BAR, f"parse, compile and {len(scopes)} scopes"),
        Row(f"read V={len(compiled.ids):,} from its file", median(read), "CPU s"),
        Row(f"lint V={len(compiled.ids):,}", median(linted), "CPU s", detail=f"{len(findings):,} findings"),
    ]
