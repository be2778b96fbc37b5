"""Plays Autobahn's cases against the echo server and says how each group of
them went. Usage: conformance.py PROGRAM [CASE...]"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

REPORT = Path("target/conformance")
MIB = 1024 * 1024
# Autobahn's largest message has 16 MiB, and its echo has to fit as well.
FLAGS = [
    *("--listen", "127.0.0.1:0", "--metrics-listen", "off", "--connections-per-address", "0"),
    *("--frame-bytes", str(16 * MIB), "--outbox-bytes", str(32 * MIB)),
]
# Without these: we offer no compression.
COMPRESSION = ["12.*", "13.*"]
ALL = 301
GROUPS = {
    "1": "Echo",
    "2": "Pings and pongs",
    "3": "Reserved bits",
    "4": "Reserved opcodes",
    "5": "Fragments",
    "6": "UTF-8",
    "7": "Closing",
    "9": "Large messages, many messages",
    "10": "Automatic fragments",
}
# A text that is not UTF-8 is seen at the end of the frame it is in: allowed
# (RFC 6455, section 8.1), though sooner would be stricter.
NOT_STRICT = {"6.4.3", "6.4.4"}


def main(program: str, cases: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        # Nobody asks for the pages; it is enough that their folder is there.
        (Path(folder) / "site/pkg").mkdir(parents=True)
        own = ["--data-dir", f"{folder}/data", "--site-dir", f"{folder}/site"]
        server = subprocess.Popen([program, *FLAGS, *own], stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            if not url:
                sys.exit("The echo server did not start, for the reason above.")
            results = play(url, cases)
        finally:
            server.terminate()
            server.wait()
    return judge(results, len(results) if cases else ALL)


def play(url: str, cases: list[str]) -> dict[str, dict]:
    """The results by case. Kosoku's own status is no more than ours."""
    shutil.rmtree(REPORT, ignore_errors=True)
    wish = [word for case in cases for word in ("--include", case)]
    wish += [word for case in COMPRESSION for word in ("--exclude", case)]
    kosoku = Path(sys.executable).with_name("kosoku")
    subprocess.run([kosoku, "-p", "4", "-o", REPORT, *wish, url], stdout=subprocess.DEVNULL)
    agents = json.loads((REPORT / "index.json").read_text())
    return {case: result for agent in agents.values() for case, result in agent.items()}


def judge(results: dict[str, dict], expected: int) -> int:
    verdicts = {case: verdict(case, result) for case, result in results.items()}
    print(f"  {'':31}passed  not strict  failed")
    for group, title in GROUPS.items():
        count = Counter(said for case, said in verdicts.items() if case.split(".")[0] == group)
        if count:
            print(f"  {group:>2}  {title:28}{count['passed']:6}{count['not strict']:12}{count['failed']:8}")
    count = Counter(verdicts.values())
    print(f"  {'':4}{'All':28}{count['passed']:6}{count['not strict']:12}{count['failed']:8}")
    for case, said in verdicts.items():
        if said == "failed":
            result = results[case]
            print(f"  {case}: {result['behavior']}, close {result['behaviorClose']}: {REPORT / result['reportfile']}")
    if len(results) != expected:
        print(f"  {len(results)} cases were played, and {expected} should have been.")
    return 0 if len(results) == expected and not count["failed"] else 1


def verdict(case: str, result: dict) -> str:
    behaviours = {result["behavior"], result["behaviorClose"]}
    if behaviours <= {"OK", "INFORMATIONAL"}:
        return "passed"
    if behaviours <= {"OK", "NON-STRICT"} and case in NOT_STRICT:
        return "not strict"
    return "failed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
