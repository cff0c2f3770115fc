"""Durable workflows in DBOS, as a reference for durable jobs: one step, one step that stores, three times four steps.

    python dbos_jobs.py DATABASE_URL CASE SECONDS CONCURRENCY

DATABASE_URL is sqlite:///PATH or postgresql://…; CASE is one-task, one-task-with-state or three-steps-of-four. The
workflows are started inside of its own process, without HTTP, which is in its favour. Prints workflows a second.
"""

import sys
import threading
import time
from datetime import datetime, timezone

from dbos import DBOS, DBOSConfig

url, case, seconds, concurrency = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
DBOS(config=DBOSConfig(name="jobs", system_database_url=url, log_level="ERROR", run_admin_server=False))


@DBOS.step()
def timestamp() -> str:
    return datetime.now(timezone.utc).isoformat()


@DBOS.step()
def store(value: str) -> dict:
    return {"at": value}


@DBOS.workflow()
def one_task() -> str:
    return timestamp()


@DBOS.workflow()
def one_task_with_state() -> dict:
    return store(timestamp())


@DBOS.workflow()
def three_steps_of_four() -> list:
    # Steps of one workflow run one after another in DBOS; child workflows, its way to run them at once, cost more.
    return [timestamp() for _ in range(12)]


workflow = {
    "one-task": one_task,
    "one-task-with-state": one_task_with_state,
    "three-steps-of-four": three_steps_of_four,
}[case]
DBOS.launch()
workflow()
end = time.monotonic() + seconds
counts = [0] * concurrency


def work(index: int) -> None:
    while time.monotonic() < end:
        workflow()
        counts[index] += 1


start = time.monotonic()
threads = [threading.Thread(target=work, args=(index,)) for index in range(concurrency)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(f"{sum(counts) / (time.monotonic() - start):.1f}", flush=True)
DBOS.destroy()
